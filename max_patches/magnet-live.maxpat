{
 "patcher": {
  "fileversion": 1,
  "appversion": {
   "major": 8,
   "minor": 6,
   "revision": 0,
   "architecture": "x64",
   "modernui": 1
  },
  "classnamespace": "box",
  "rect": [
   60,
   90,
   1016.0,
   676.0
  ],
  "openinpresentation": 1,
  "gridsize": [
   15.0,
   15.0
  ],
  "boxes": [
   {
    "box": {
     "id": "obj-1",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      40.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      12.0,
      46.0,
      480.0,
      250.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-2",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      40.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      50.0,
      160.0,
      20.0
     ],
     "text": "Prompts",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-3",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      70.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      502.0,
      46.0,
      250.0,
      84.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-4",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      70.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      50.0,
      160.0,
      20.0
     ],
     "text": "Transport",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      100.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      502.0,
      140.0,
      250.0,
      156.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-6",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      100.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      144.0,
      160.0,
      20.0
     ],
     "text": "Time",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-7",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      130.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      762.0,
      46.0,
      242.0,
      330.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-8",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      130.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      768.0,
      50.0,
      160.0,
      20.0
     ],
     "text": "Audio",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-9",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      160.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      12.0,
      306.0,
      480.0,
      196.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-10",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      160.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      310.0,
      160.0,
      20.0
     ],
     "text": "Sampling",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-11",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      190.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      502.0,
      306.0,
      250.0,
      98.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-12",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      190.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      310.0,
      160.0,
      20.0
     ],
     "text": "Stream",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-13",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      220.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      502.0,
      414.0,
      250.0,
      88.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-14",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      220.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      418.0,
      160.0,
      20.0
     ],
     "text": "Takes",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-15",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      250.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      762.0,
      386.0,
      242.0,
      116.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-16",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      250.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      768.0,
      390.0,
      160.0,
      20.0
     ],
     "text": "Input",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-17",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      280.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      12.0,
      512.0,
      480.0,
      152.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-18",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      280.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      516.0,
      160.0,
      20.0
     ],
     "text": "What happens",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-19",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      310.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      502.0,
      512.0,
      502.0,
      152.0
     ],
     "background": 1
    }
   },
   {
    "box": {
     "id": "obj-20",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2490.0,
      310.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      516.0,
      160.0,
      20.0
     ],
     "text": "Server",
     "fontface": 1,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-21",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2420.0,
      10.0,
      140.0,
      27.0
     ],
     "presentation": 1,
     "presentation_rect": [
      12.0,
      10.0,
      130.0,
      27.0
     ],
     "text": "magnet-live",
     "fontsize": 18.0,
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-22",
     "maxclass": "led",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1140.0,
      70.0,
      20.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      150.0,
      14.0,
      18.0,
      18.0
     ],
     "oncolor": [
      0.25,
      0.8,
      0.35,
      1.0
     ],
     "offcolor": [
      0.35,
      0.35,
      0.35,
      1.0
     ],
     "ignoreclick": 1,
     "hint": "server answers"
    }
   },
   {
    "box": {
     "id": "obj-23",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1140.0,
      40.0,
      73.6,
      22.0
     ],
     "text": "r #0-alive"
    }
   },
   {
    "box": {
     "id": "obj-24",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1240.0,
      70.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-25",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1240.0,
      160.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      176.0,
      14.0,
      120.0,
      20.0
     ],
     "text": "no server yet",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-26",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1240.0,
      40.0,
      96.64000000000001,
      22.0
     ],
     "text": "r #0-set.state"
    }
   },
   {
    "box": {
     "id": "obj-27",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "int",
      "int",
      "float",
      ""
     ],
     "patching_rect": [
      1480.0,
      70.0,
      109.6,
      22.0
     ],
     "text": "unpack 0 0 0. s"
    }
   },
   {
    "box": {
     "id": "obj-28",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1480.0,
      40.0,
      85.12,
      22.0
     ],
     "text": "r #0-in.beat"
    }
   },
   {
    "box": {
     "id": "obj-29",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1480.0,
      130.0,
      274.72,
      22.0
     ],
     "text": "sprintf symout beat %ld  bar %ld  %.1f bpm"
    }
   },
   {
    "box": {
     "id": "obj-30",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1480.0,
      100.0,
      44.0,
      22.0
     ],
     "text": "+ 1"
    }
   },
   {
    "box": {
     "id": "obj-31",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1540.0,
      100.0,
      44.0,
      22.0
     ],
     "text": "+ 1"
    }
   },
   {
    "box": {
     "id": "obj-32",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1480.0,
      154.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-33",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1480.0,
      181.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      502.0,
      14.0,
      250.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-34",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1800.0,
      70.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      904.0,
      12.0,
      90.0,
      22.0
     ],
     "mode": 0,
     "text": "Send all",
     "texton": "Send all",
     "parameter_enable": 1,
     "varname": "Send All",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Send All",
       "parameter_shortname": "Send all",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Sends every dial, text and menu to the server.",
       "parameter_annotation_name": "Send All"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-35",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1800.0,
      100.0,
      84.56,
      22.0
     ],
     "text": "outputvalue"
    }
   },
   {
    "box": {
     "id": "obj-36",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1800.0,
      130.0,
      44.0,
      22.0
     ],
     "text": "t l l"
    }
   },
   {
    "box": {
     "id": "obj-37",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1900.0,
      160.0,
      104.32,
      22.0
     ],
     "text": "s #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-38",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1800.0,
      160.0,
      75.03999999999999,
      22.0
     ],
     "text": "s #0-push"
    }
   },
   {
    "box": {
     "id": "obj-39",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1800.0,
      20.0,
      150.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      770.0,
      14.0,
      134.0,
      20.0
     ],
     "text": "All dials to the server:",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-40",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      60.0,
      50.56,
      22.0
     ],
     "text": "p link",
     "patcher": {
      "fileversion": 1,
      "appversion": {
       "major": 8,
       "minor": 6,
       "revision": 0,
       "architecture": "x64",
       "modernui": 1
      },
      "classnamespace": "box",
      "rect": [
       120,
       120,
       1000,
       760
      ],
      "gridsize": [
       15.0,
       15.0
      ],
      "boxes": [
       {
        "box": {
         "id": "obj-1",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          20.0,
          10.0,
          380.0,
          22.0
         ],
         "text": "Controls wait until the server answered, or three seconds."
        }
       },
       {
        "box": {
         "id": "obj-2",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          20.0,
          680.0,
          154.24,
          22.0
         ],
         "text": "udpsend 127.0.0.1 9000"
        }
       },
       {
        "box": {
         "id": "obj-3",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          50.0,
          70.72,
          22.0
         ],
         "text": "r #0-start"
        }
       },
       {
        "box": {
         "id": "obj-4",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          150.0,
          62.08,
          22.0
         ],
         "text": "gate 1 0"
        }
       },
       {
        "box": {
         "id": "obj-5",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "bang"
         ],
         "patching_rect": [
          20.0,
          80.0,
          82.24,
          22.0
         ],
         "text": "delay 3000"
        }
       },
       {
        "box": {
         "id": "obj-6",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          110.0,
          18.32,
          22.0
         ],
         "text": "1"
        }
       },
       {
        "box": {
         "id": "obj-7",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          100.0,
          110.0,
          64.96000000000001,
          22.0
         ],
         "text": "r #0-osc"
        }
       },
       {
        "box": {
         "id": "obj-8",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "bang"
         ],
         "patching_rect": [
          240.0,
          110.0,
          82.72,
          22.0
         ],
         "text": "metro 2000"
        }
       },
       {
        "box": {
         "id": "obj-9",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          240.0,
          80.0,
          18.32,
          22.0
         ],
         "text": "1"
        }
       },
       {
        "box": {
         "id": "obj-10",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 3,
         "outlettype": [
          "bang",
          "bang",
          "bang"
         ],
         "patching_rect": [
          240.0,
          150.0,
          66.0,
          22.0
         ],
         "text": "t b b b"
        }
       },
       {
        "box": {
         "id": "obj-11",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          340.0,
          110.0,
          150.0,
          22.0
         ],
         "text": "Every two seconds:"
        }
       },
       {
        "box": {
         "id": "obj-12",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          640.0,
          150.0,
          200.0,
          22.0
         ],
         "text": "1 count what is unanswered"
        }
       },
       {
        "box": {
         "id": "obj-13",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          400.0,
          190.0,
          220.0,
          22.0
         ],
         "text": "2 while lost: session, subscribe"
        }
       },
       {
        "box": {
         "id": "obj-14",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          130.0,
          210.0,
          60.0,
          22.0
         ],
         "text": "3 ping"
        }
       },
       {
        "box": {
         "id": "obj-15",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          130.0,
          240.0,
          92.24000000000001,
          22.0
         ],
         "text": "/magnet/ping"
        }
       },
       {
        "box": {
         "id": "obj-16",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          300.0,
          220.0,
          59.199999999999996,
          22.0
         ],
         "text": "gate 1 1"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "bang",
          "bang"
         ],
         "patching_rect": [
          300.0,
          250.0,
          44.0,
          22.0
         ],
         "text": "t b b"
        }
       },
       {
        "box": {
         "id": "obj-18",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          420.0,
          290.0,
          50.56,
          22.0
         ],
         "text": "zl.reg"
        }
       },
       {
        "box": {
         "id": "obj-19",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          420.0,
          320.0,
          167.68,
          22.0
         ],
         "text": "prepend /magnet/session"
        }
       },
       {
        "box": {
         "id": "obj-20",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "bang",
          ""
         ],
         "patching_rect": [
          520.0,
          250.0,
          44.0,
          22.0
         ],
         "text": "t b l"
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          520.0,
          220.0,
          90.88,
          22.0
         ],
         "text": "r #0-session"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          520.0,
          290.0,
          69.28,
          22.0
         ],
         "text": "s #0-lost"
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          240.0,
          390.0,
          44.0,
          22.0
         ],
         "text": "i"
        }
       },
       {
        "box": {
         "id": "obj-24",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          240.0,
          420.0,
          179.2,
          22.0
         ],
         "text": "prepend /magnet/subscribe"
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "int",
          "int"
         ],
         "patching_rect": [
          640.0,
          450.0,
          44.0,
          22.0
         ],
         "text": "t i i"
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          640.0,
          190.0,
          44.0,
          22.0
         ],
         "text": "i"
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          640.0,
          220.0,
          44.0,
          22.0
         ],
         "text": "+ 1"
        }
       },
       {
        "box": {
         "id": "obj-28",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "int",
          "int"
         ],
         "patching_rect": [
          640.0,
          250.0,
          44.0,
          22.0
         ],
         "text": "t i i"
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "bang",
          ""
         ],
         "patching_rect": [
          640.0,
          280.0,
          46.239999999999995,
          22.0
         ],
         "text": "sel 4"
        }
       },
       {
        "box": {
         "id": "obj-30",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "bang",
          "bang"
         ],
         "patching_rect": [
          640.0,
          310.0,
          44.0,
          22.0
         ],
         "text": "t b b"
        }
       },
       {
        "box": {
         "id": "obj-31",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          740.0,
          340.0,
          21.2,
          22.0
         ],
         "text": "0"
        }
       },
       {
        "box": {
         "id": "obj-32",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          800.0,
          310.0,
          101.44,
          22.0
         ],
         "text": "r #0-answered"
        }
       },
       {
        "box": {
         "id": "obj-33",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          640.0,
          370.0,
          97.12,
          22.0
         ],
         "text": "random 10000"
        }
       },
       {
        "box": {
         "id": "obj-34",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          640.0,
          410.0,
          63.519999999999996,
          22.0
         ],
         "text": "+ 20000"
        }
       },
       {
        "box": {
         "id": "obj-35",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          640.0,
          510.0,
          122.55999999999999,
          22.0
         ],
         "text": "udpreceive 20000"
        }
       },
       {
        "box": {
         "id": "obj-36",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          640.0,
          480.0,
          90.88,
          22.0
         ],
         "text": "prepend port"
        }
       },
       {
        "box": {
         "id": "obj-37",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          640.0,
          540.0,
          68.32000000000001,
          22.0
         ],
         "text": "deferlow"
        }
       },
       {
        "box": {
         "id": "obj-38",
         "maxclass": "newobj",
         "numinlets": 14,
         "numoutlets": 14,
         "outlettype": [
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          ""
         ],
         "patching_rect": [
          640.0,
          570.0,
          1561.6000000000001,
          22.0
         ],
         "text": "route /magnet/pong /magnet/done /magnet/fail /magnet/status.reply /magnet/take/list.reply /magnet/event/beat /magnet/event/tempo /magnet/event/take /magnet/event/input /magnet/event/worker /magnet/event/words /magnet/event/lead /magnet/event/late"
        }
       },
       {
        "box": {
         "id": "obj-39",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          760.123076923077,
          664.0,
          90.88,
          22.0
         ],
         "text": "s #0-in.done"
        }
       },
       {
        "box": {
         "id": "obj-40",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          880.2461538461539,
          630.0,
          82.24,
          22.0
         ],
         "text": "s #0-in.fail"
        }
       },
       {
        "box": {
         "id": "obj-41",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1000.3692307692309,
          664.0,
          99.52,
          22.0
         ],
         "text": "s #0-in.status"
        }
       },
       {
        "box": {
         "id": "obj-42",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1120.4923076923078,
          630.0,
          95.19999999999999,
          22.0
         ],
         "text": "s #0-in.takes"
        }
       },
       {
        "box": {
         "id": "obj-43",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1240.6153846153848,
          664.0,
          88.0,
          22.0
         ],
         "text": "s #0-in.beat"
        }
       },
       {
        "box": {
         "id": "obj-44",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1360.7384615384617,
          630.0,
          98.56,
          22.0
         ],
         "text": "s #0-in.tempo"
        }
       },
       {
        "box": {
         "id": "obj-45",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1480.8615384615387,
          664.0,
          88.0,
          22.0
         ],
         "text": "s #0-in.take"
        }
       },
       {
        "box": {
         "id": "obj-46",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1600.9846153846156,
          630.0,
          92.32000000000001,
          22.0
         ],
         "text": "s #0-in.input"
        }
       },
       {
        "box": {
         "id": "obj-47",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1721.1076923076923,
          664.0,
          102.88,
          22.0
         ],
         "text": "s #0-in.worker"
        }
       },
       {
        "box": {
         "id": "obj-48",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1841.2307692307695,
          630.0,
          98.56,
          22.0
         ],
         "text": "s #0-in.words"
        }
       },
       {
        "box": {
         "id": "obj-49",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1961.3538461538462,
          664.0,
          88.0,
          22.0
         ],
         "text": "s #0-in.lead"
        }
       },
       {
        "box": {
         "id": "obj-50",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          2081.4769230769234,
          630.0,
          85.12,
          22.0
         ],
         "text": "s #0-in.late"
        }
       },
       {
        "box": {
         "id": "obj-51",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 3,
         "outlettype": [
          "bang",
          "bang",
          "bang"
         ],
         "patching_rect": [
          300.0,
          500.0,
          66.0,
          22.0
         ],
         "text": "t b b b"
        }
       },
       {
        "box": {
         "id": "obj-52",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          460.0,
          530.0,
          104.32,
          22.0
         ],
         "text": "s #0-answered"
        }
       },
       {
        "box": {
         "id": "obj-53",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          380.0,
          540.0,
          18.32,
          22.0
         ],
         "text": "1"
        }
       },
       {
        "box": {
         "id": "obj-54",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "bang"
         ],
         "patching_rect": [
          240.0,
          540.0,
          82.24,
          22.0
         ],
         "text": "delay 5000"
        }
       },
       {
        "box": {
         "id": "obj-55",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          240.0,
          570.0,
          21.2,
          22.0
         ],
         "text": "0"
        }
       },
       {
        "box": {
         "id": "obj-56",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          140.0,
          540.0,
          66.39999999999999,
          22.0
         ],
         "text": "r #0-lost"
        }
       },
       {
        "box": {
         "id": "obj-57",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 3,
         "outlettype": [
          "",
          "int",
          "int"
         ],
         "patching_rect": [
          300.0,
          600.0,
          66.0,
          22.0
         ],
         "text": "change"
        }
       },
       {
        "box": {
         "id": "obj-58",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "int",
          "int"
         ],
         "patching_rect": [
          380.0,
          570.0,
          44.0,
          22.0
         ],
         "text": "t i i"
        }
       },
       {
        "box": {
         "id": "obj-59",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 3,
         "outlettype": [
          "int",
          "int",
          "int"
         ],
         "patching_rect": [
          300.0,
          630.0,
          66.0,
          22.0
         ],
         "text": "t i i i"
        }
       },
       {
        "box": {
         "id": "obj-60",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          460.0,
          640.0,
          44.0,
          22.0
         ],
         "text": "== 0"
        }
       },
       {
        "box": {
         "id": "obj-61",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          460.0,
          680.0,
          76.47999999999999,
          22.0
         ],
         "text": "s #0-alive"
        }
       },
       {
        "box": {
         "id": "obj-62",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "bang",
          ""
         ],
         "patching_rect": [
          300.0,
          670.0,
          44.0,
          22.0
         ],
         "text": "sel 1"
        }
       },
       {
        "box": {
         "id": "obj-63",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          300.0,
          700.0,
          108.16,
          22.0
         ],
         "text": "s #0-connected"
        }
       },
       {
        "box": {
         "id": "obj-64",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          588.0,
          93.75999999999999,
          22.0
         ],
         "text": "prepend host"
        }
       },
       {
        "box": {
         "id": "obj-65",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          560.0,
          69.28,
          22.0
         ],
         "text": "r #0-host"
        }
       },
       {
        "box": {
         "id": "obj-66",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          130.0,
          588.0,
          69.28,
          22.0
         ],
         "text": "s #0-lost"
        }
       },
       {
        "box": {
         "id": "obj-67",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          648.0,
          90.88,
          22.0
         ],
         "text": "prepend port"
        }
       },
       {
        "box": {
         "id": "obj-68",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          620.0,
          92.32000000000001,
          22.0
         ],
         "text": "r #0-osc-port"
        }
       },
       {
        "box": {
         "id": "obj-69",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          130.0,
          648.0,
          69.28,
          22.0
         ],
         "text": "s #0-lost"
        }
       }
      ],
      "lines": [
       {
        "patchline": {
         "source": [
          "obj-3",
          0
         ],
         "destination": [
          "obj-5",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-5",
          0
         ],
         "destination": [
          "obj-6",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-6",
          0
         ],
         "destination": [
          "obj-4",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-7",
          0
         ],
         "destination": [
          "obj-4",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-4",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-3",
          0
         ],
         "destination": [
          "obj-9",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-9",
          0
         ],
         "destination": [
          "obj-8",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-8",
          0
         ],
         "destination": [
          "obj-10",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-10",
          0
         ],
         "destination": [
          "obj-15",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-15",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-10",
          1
         ],
         "destination": [
          "obj-16",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-16",
          0
         ],
         "destination": [
          "obj-17",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-17",
          1
         ],
         "destination": [
          "obj-18",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-18",
          0
         ],
         "destination": [
          "obj-19",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-19",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-21",
          0
         ],
         "destination": [
          "obj-20",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-20",
          1
         ],
         "destination": [
          "obj-18",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-20",
          0
         ],
         "destination": [
          "obj-22",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-17",
          0
         ],
         "destination": [
          "obj-23",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-23",
          0
         ],
         "destination": [
          "obj-24",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-24",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-25",
          0
         ],
         "destination": [
          "obj-23",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-10",
          2
         ],
         "destination": [
          "obj-26",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-26",
          0
         ],
         "destination": [
          "obj-27",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-27",
          0
         ],
         "destination": [
          "obj-28",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-28",
          0
         ],
         "destination": [
          "obj-29",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-29",
          0
         ],
         "destination": [
          "obj-30",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-28",
          1
         ],
         "destination": [
          "obj-26",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-30",
          1
         ],
         "destination": [
          "obj-31",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-31",
          0
         ],
         "destination": [
          "obj-26",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-32",
          0
         ],
         "destination": [
          "obj-31",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-30",
          0
         ],
         "destination": [
          "obj-33",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-33",
          0
         ],
         "destination": [
          "obj-34",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-34",
          0
         ],
         "destination": [
          "obj-25",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-3",
          0
         ],
         "destination": [
          "obj-33",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-25",
          1
         ],
         "destination": [
          "obj-36",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-36",
          0
         ],
         "destination": [
          "obj-35",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-35",
          0
         ],
         "destination": [
          "obj-37",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-37",
          0
         ],
         "destination": [
          "obj-38",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          1
         ],
         "destination": [
          "obj-39",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          2
         ],
         "destination": [
          "obj-40",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          3
         ],
         "destination": [
          "obj-41",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          4
         ],
         "destination": [
          "obj-42",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          5
         ],
         "destination": [
          "obj-43",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          6
         ],
         "destination": [
          "obj-44",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          7
         ],
         "destination": [
          "obj-45",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          8
         ],
         "destination": [
          "obj-46",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          9
         ],
         "destination": [
          "obj-47",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          10
         ],
         "destination": [
          "obj-48",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          11
         ],
         "destination": [
          "obj-49",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          12
         ],
         "destination": [
          "obj-50",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          0
         ],
         "destination": [
          "obj-51",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-51",
          2
         ],
         "destination": [
          "obj-52",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-51",
          1
         ],
         "destination": [
          "obj-53",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-51",
          0
         ],
         "destination": [
          "obj-54",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-54",
          0
         ],
         "destination": [
          "obj-55",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-56",
          0
         ],
         "destination": [
          "obj-55",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-55",
          0
         ],
         "destination": [
          "obj-57",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-53",
          0
         ],
         "destination": [
          "obj-58",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-58",
          1
         ],
         "destination": [
          "obj-4",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-58",
          0
         ],
         "destination": [
          "obj-57",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-57",
          0
         ],
         "destination": [
          "obj-59",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-59",
          2
         ],
         "destination": [
          "obj-60",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-60",
          0
         ],
         "destination": [
          "obj-16",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-59",
          1
         ],
         "destination": [
          "obj-61",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-59",
          0
         ],
         "destination": [
          "obj-62",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-62",
          0
         ],
         "destination": [
          "obj-63",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-65",
          0
         ],
         "destination": [
          "obj-64",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-64",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-64",
          0
         ],
         "destination": [
          "obj-66",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-68",
          0
         ],
         "destination": [
          "obj-67",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-67",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-67",
          0
         ],
         "destination": [
          "obj-69",
          0
         ]
        }
       }
      ],
      "dependency_cache": [],
      "autosave": 0
     }
    }
   },
   {
    "box": {
     "id": "obj-41",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 0,
     "patching_rect": [
      100.0,
      60.0,
      62.56,
      22.0
     ],
     "text": "p mirror",
     "patcher": {
      "fileversion": 1,
      "appversion": {
       "major": 8,
       "minor": 6,
       "revision": 0,
       "architecture": "x64",
       "modernui": 1
      },
      "classnamespace": "box",
      "rect": [
       160,
       160,
       1300,
       700
      ],
      "gridsize": [
       15.0,
       15.0
      ],
      "boxes": [
       {
        "box": {
         "id": "obj-1",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          20.0,
          50.0,
          171.04,
          22.0
         ],
         "text": "zl.iter 2 @zlmaxsize 1024"
        }
       },
       {
        "box": {
         "id": "obj-2",
         "maxclass": "newobj",
         "numinlets": 36,
         "numoutlets": 36,
         "outlettype": [
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          ""
         ],
         "patching_rect": [
          20.0,
          90.0,
          2271.5199999999995,
          22.0
         ],
         "text": "route state worker prompt prompt/1 prompt/1/weight prompt/2 prompt/2/weight prompt/3 prompt/3/weight prompt/4 prompt/4/weight prompt/5 prompt/5/weight prompt/6 prompt/6/weight tempo chords quantize loop temperature top_p top_k guidance guidance_min steps seed prefix_temperature prefix_top_k prefix_guidance window_s context_s slew_s lead_ms gain_db level"
        }
       },
       {
        "box": {
         "id": "obj-3",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          20.0,
          96.64000000000001,
          22.0
         ],
         "text": "r #0-in.status"
        }
       },
       {
        "box": {
         "id": "obj-4",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          20.0,
          150.0,
          99.52,
          22.0
         ],
         "text": "s #0-set.state"
        }
       },
       {
        "box": {
         "id": "obj-5",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          84.90057142857141,
          184.0,
          110.08,
          22.0
         ],
         "text": "s #0-set.worker"
        }
       },
       {
        "box": {
         "id": "obj-6",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          149.80114285714282,
          218.0,
          110.08,
          22.0
         ],
         "text": "s #0-set.prompt"
        }
       },
       {
        "box": {
         "id": "obj-7",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          214.70171428571425,
          252.0,
          118.72,
          22.0
         ],
         "text": "s #0-set.prompt/1"
        }
       },
       {
        "box": {
         "id": "obj-8",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          279.60228571428564,
          286.0,
          163.83999999999997,
          22.0
         ],
         "text": "s #0-set.prompt/1/weight"
        }
       },
       {
        "box": {
         "id": "obj-9",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          344.50285714285707,
          320.0,
          121.60000000000001,
          22.0
         ],
         "text": "s #0-set.prompt/2"
        }
       },
       {
        "box": {
         "id": "obj-10",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          409.4034285714285,
          354.0,
          166.71999999999997,
          22.0
         ],
         "text": "s #0-set.prompt/2/weight"
        }
       },
       {
        "box": {
         "id": "obj-11",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          474.3039999999999,
          150.0,
          121.60000000000001,
          22.0
         ],
         "text": "s #0-set.prompt/3"
        }
       },
       {
        "box": {
         "id": "obj-12",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          539.2045714285713,
          184.0,
          166.71999999999997,
          22.0
         ],
         "text": "s #0-set.prompt/3/weight"
        }
       },
       {
        "box": {
         "id": "obj-13",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          604.1051428571427,
          218.0,
          121.60000000000001,
          22.0
         ],
         "text": "s #0-set.prompt/4"
        }
       },
       {
        "box": {
         "id": "obj-14",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          669.0057142857141,
          252.0,
          166.71999999999997,
          22.0
         ],
         "text": "s #0-set.prompt/4/weight"
        }
       },
       {
        "box": {
         "id": "obj-15",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          733.9062857142856,
          286.0,
          121.60000000000001,
          22.0
         ],
         "text": "s #0-set.prompt/5"
        }
       },
       {
        "box": {
         "id": "obj-16",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          798.806857142857,
          320.0,
          166.71999999999997,
          22.0
         ],
         "text": "s #0-set.prompt/5/weight"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          863.7074285714284,
          354.0,
          121.60000000000001,
          22.0
         ],
         "text": "s #0-set.prompt/6"
        }
       },
       {
        "box": {
         "id": "obj-18",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          928.6079999999998,
          150.0,
          166.71999999999997,
          22.0
         ],
         "text": "s #0-set.prompt/6/weight"
        }
       },
       {
        "box": {
         "id": "obj-19",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          993.5085714285711,
          184.0,
          105.75999999999999,
          22.0
         ],
         "text": "s #0-set.tempo"
        }
       },
       {
        "box": {
         "id": "obj-20",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1058.4091428571426,
          218.0,
          109.6,
          22.0
         ],
         "text": "s #0-set.chords"
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1123.309714285714,
          252.0,
          121.12,
          22.0
         ],
         "text": "s #0-set.quantize"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1188.2102857142854,
          286.0,
          95.19999999999999,
          22.0
         ],
         "text": "s #0-set.loop"
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1253.1108571428567,
          320.0,
          140.32000000000002,
          22.0
         ],
         "text": "s #0-set.temperature"
        }
       },
       {
        "box": {
         "id": "obj-24",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1318.0114285714283,
          354.0,
          102.39999999999999,
          22.0
         ],
         "text": "s #0-set.top_p"
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1382.9119999999996,
          150.0,
          102.39999999999999,
          22.0
         ],
         "text": "s #0-set.top_k"
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1447.8125714285711,
          184.0,
          124.0,
          22.0
         ],
         "text": "s #0-set.guidance"
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1512.7131428571424,
          218.0,
          153.28000000000003,
          22.0
         ],
         "text": "s #0-set.guidance_min"
        }
       },
       {
        "box": {
         "id": "obj-28",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1577.613714285714,
          252.0,
          102.39999999999999,
          22.0
         ],
         "text": "s #0-set.steps"
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1642.5142857142855,
          286.0,
          98.08,
          22.0
         ],
         "text": "s #0-set.seed"
        }
       },
       {
        "box": {
         "id": "obj-30",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1707.4148571428568,
          320.0,
          182.08,
          22.0
         ],
         "text": "s #0-set.prefix_temperature"
        }
       },
       {
        "box": {
         "id": "obj-31",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1772.3154285714284,
          354.0,
          144.16,
          22.0
         ],
         "text": "s #0-set.prefix_top_k"
        }
       },
       {
        "box": {
         "id": "obj-32",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1837.2159999999997,
          150.0,
          165.76,
          22.0
         ],
         "text": "s #0-set.prefix_guidance"
        }
       },
       {
        "box": {
         "id": "obj-33",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1902.1165714285712,
          184.0,
          130.72,
          22.0
         ],
         "text": "s #0-set.window_s"
        }
       },
       {
        "box": {
         "id": "obj-34",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          1967.0171428571423,
          218.0,
          128.32,
          22.0
         ],
         "text": "s #0-set.context_s"
        }
       },
       {
        "box": {
         "id": "obj-35",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          2031.9177142857138,
          252.0,
          112.96000000000001,
          22.0
         ],
         "text": "s #0-set.slew_s"
        }
       },
       {
        "box": {
         "id": "obj-36",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          2096.818285714285,
          286.0,
          120.16,
          22.0
         ],
         "text": "s #0-set.lead_ms"
        }
       },
       {
        "box": {
         "id": "obj-37",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          2161.7188571428565,
          320.0,
          116.79999999999998,
          22.0
         ],
         "text": "s #0-set.gain_db"
        }
       },
       {
        "box": {
         "id": "obj-38",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          2226.619428571428,
          354.0,
          99.52,
          22.0
         ],
         "text": "s #0-set.level"
        }
       }
      ],
      "lines": [
       {
        "patchline": {
         "source": [
          "obj-3",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-1",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          0
         ],
         "destination": [
          "obj-4",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          1
         ],
         "destination": [
          "obj-5",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          2
         ],
         "destination": [
          "obj-6",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          3
         ],
         "destination": [
          "obj-7",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          4
         ],
         "destination": [
          "obj-8",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          5
         ],
         "destination": [
          "obj-9",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          6
         ],
         "destination": [
          "obj-10",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          7
         ],
         "destination": [
          "obj-11",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          8
         ],
         "destination": [
          "obj-12",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          9
         ],
         "destination": [
          "obj-13",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          10
         ],
         "destination": [
          "obj-14",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          11
         ],
         "destination": [
          "obj-15",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          12
         ],
         "destination": [
          "obj-16",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          13
         ],
         "destination": [
          "obj-17",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          14
         ],
         "destination": [
          "obj-18",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          15
         ],
         "destination": [
          "obj-19",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          16
         ],
         "destination": [
          "obj-20",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          17
         ],
         "destination": [
          "obj-21",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          18
         ],
         "destination": [
          "obj-22",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          19
         ],
         "destination": [
          "obj-23",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          20
         ],
         "destination": [
          "obj-24",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          21
         ],
         "destination": [
          "obj-25",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          22
         ],
         "destination": [
          "obj-26",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          23
         ],
         "destination": [
          "obj-27",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          24
         ],
         "destination": [
          "obj-28",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          25
         ],
         "destination": [
          "obj-29",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          26
         ],
         "destination": [
          "obj-30",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          27
         ],
         "destination": [
          "obj-31",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          28
         ],
         "destination": [
          "obj-32",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          29
         ],
         "destination": [
          "obj-33",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          30
         ],
         "destination": [
          "obj-34",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          31
         ],
         "destination": [
          "obj-35",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          32
         ],
         "destination": [
          "obj-36",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          33
         ],
         "destination": [
          "obj-37",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          34
         ],
         "destination": [
          "obj-38",
          0
         ]
        }
       }
      ],
      "dependency_cache": [],
      "autosave": 0
     }
    }
   },
   {
    "box": {
     "id": "obj-42",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      36.0,
      240.0,
      20.0
     ],
     "text": "OSC: own port, subscribe, ping"
    }
   },
   {
    "box": {
     "id": "obj-43",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      "bang"
     ],
     "patching_rect": [
      20.0,
      130.0,
      44.0,
      22.0
     ],
     "text": "t b b"
    }
   },
   {
    "box": {
     "id": "obj-44",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      100.0,
      105.28,
      22.0
     ],
     "text": "r #0-connected"
    }
   },
   {
    "box": {
     "id": "obj-45",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      160.0,
      116.72,
      22.0
     ],
     "text": "/magnet/take/list"
    }
   },
   {
    "box": {
     "id": "obj-46",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      190.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-47",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      150.0,
      160.0,
      103.75999999999999,
      22.0
     ],
     "text": "/magnet/status"
    }
   },
   {
    "box": {
     "id": "obj-48",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      150.0,
      190.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-49",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      20.0,
      250.0,
      70.72,
      22.0
     ],
     "text": "loadbang"
    }
   },
   {
    "box": {
     "id": "obj-50",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 5,
     "outlettype": [
      "bang",
      "bang",
      "bang",
      "bang",
      "bang"
     ],
     "patching_rect": [
      20.0,
      280.0,
      110.0,
      22.0
     ],
     "text": "t b b b b b"
    }
   },
   {
    "box": {
     "id": "obj-51",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      310.0,
      110.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      570.0,
      540.0,
      110.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "127.0.0.1",
     "fontsize": 11.0,
     "hint": "Server Host; Return takes it"
    }
   },
   {
    "box": {
     "id": "obj-52",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      370.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-53",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      400.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-54",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      430.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-55",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      80.0,
      430.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-56",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      475.0,
      72.16,
      22.0
     ],
     "text": "s #0-host"
    }
   },
   {
    "box": {
     "id": "obj-57",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      170.0,
      310.0,
      110.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      570.0,
      568.0,
      110.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "main",
     "fontsize": 11.0,
     "hint": "Session; Return takes it"
    }
   },
   {
    "box": {
     "id": "obj-58",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      170.0,
      370.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-59",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      170.0,
      400.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-60",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      170.0,
      430.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-61",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      230.0,
      430.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-62",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      170.0,
      475.0,
      93.75999999999999,
      22.0
     ],
     "text": "s #0-session"
    }
   },
   {
    "box": {
     "id": "obj-63",
     "maxclass": "live.numbox",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      320.0,
      310.0,
      60.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      740.0,
      542.0,
      52.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "OSC Port",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "OSC Port",
       "parameter_shortname": "OSC",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 1.0,
       "parameter_mmax": 65535.0,
       "parameter_unitstyle": 0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        9000.0
       ],
       "parameter_invisible": 1,
       "parameter_info": "Where the server listens; 9000 unless it was started otherwise.",
       "parameter_annotation_name": "OSC Port"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-64",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      320.0,
      280.0,
      84.56,
      22.0
     ],
     "text": "outputvalue"
    }
   },
   {
    "box": {
     "id": "obj-65",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      320.0,
      370.0,
      44.0,
      22.0
     ],
     "text": "int"
    }
   },
   {
    "box": {
     "id": "obj-66",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      320.0,
      400.0,
      95.19999999999999,
      22.0
     ],
     "text": "s #0-osc-port"
    }
   },
   {
    "box": {
     "id": "obj-67",
     "maxclass": "live.numbox",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      440.0,
      310.0,
      60.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      850.0,
      542.0,
      52.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "Web Port",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Web Port",
       "parameter_shortname": "Web",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 1.0,
       "parameter_mmax": 65535.0,
       "parameter_unitstyle": 0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        9001.0
       ],
       "parameter_invisible": 1,
       "parameter_info": "Where the server listens; 9001 unless it was started otherwise.",
       "parameter_annotation_name": "Web Port"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-68",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      440.0,
      280.0,
      84.56,
      22.0
     ],
     "text": "outputvalue"
    }
   },
   {
    "box": {
     "id": "obj-69",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      440.0,
      370.0,
      44.0,
      22.0
     ],
     "text": "int"
    }
   },
   {
    "box": {
     "id": "obj-70",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      440.0,
      400.0,
      96.64000000000001,
      22.0
     ],
     "text": "s #0-http-port"
    }
   },
   {
    "box": {
     "id": "obj-71",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      320.0,
      475.0,
      73.6,
      22.0
     ],
     "text": "s #0-start"
    }
   },
   {
    "box": {
     "id": "obj-72",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      40.0,
      56.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      542.0,
      56.0,
      18.0
     ],
     "text": "Host",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-73",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      66.0,
      38.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      700.0,
      542.0,
      38.0,
      18.0
     ],
     "text": "OSC",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-74",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      92.0,
      36.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      812.0,
      542.0,
      36.0,
      18.0
     ],
     "text": "Web",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-75",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      118.0,
      56.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      570.0,
      56.0,
      18.0
     ],
     "text": "Session",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-76",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      220.0,
      300.0,
      50.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      628.0,
      486.0,
      34.0
     ],
     "text": "A dial follows the server until it is turned. Numbers are floats; 0 in Tempo leaves it to the words. Hover over anything: its range and its OSC address.",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-77",
     "maxclass": "live.tab",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "float"
     ],
     "patching_rect": [
      620.0,
      40.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      772.0,
      72.0,
      222.0,
      22.0
     ],
     "num_lines_patching": 1,
     "num_lines_presentation": 1,
     "parameter_enable": 1,
     "varname": "Audio Road",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Audio Road",
       "parameter_shortname": "Road",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "Off",
        "Takes",
        "Live"
       ],
       "parameter_mmax": 2,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0
       ],
       "parameter_info": "Where the sound comes from: off; takes by the node client (Max 8); the live page in jweb~ (Max 9).",
       "parameter_annotation_name": "Audio Road"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-78",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      620.0,
      70.0,
      72.16,
      22.0
     ],
     "text": "s #0-road"
    }
   },
   {
    "box": {
     "id": "obj-79",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      560.0,
      114.0,
      420.0,
      34.0
     ],
     "text": "jweb~ needs Max 9 or Live 12. In Max 8 the box stays empty."
    }
   },
   {
    "box": {
     "id": "obj-80",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      560.0,
      150.0,
      69.28,
      22.0
     ],
     "text": "r #0-road"
    }
   },
   {
    "box": {
     "id": "obj-81",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      560.0,
      180.0,
      46.239999999999995,
      22.0
     ],
     "text": "sel 2"
    }
   },
   {
    "box": {
     "id": "obj-82",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      560.0,
      240.0,
      329.43999999999994,
      22.0
     ],
     "text": "sprintf symout http://%s:%ld/?embed=1&session=%s"
    }
   },
   {
    "box": {
     "id": "obj-83",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      660.0,
      190.0,
      50.56,
      22.0
     ],
     "text": "zl.reg"
    }
   },
   {
    "box": {
     "id": "obj-84",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      660.0,
      150.0,
      69.28,
      22.0
     ],
     "text": "r #0-host"
    }
   },
   {
    "box": {
     "id": "obj-85",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      770.0,
      150.0,
      93.75999999999999,
      22.0
     ],
     "text": "r #0-http-port"
    }
   },
   {
    "box": {
     "id": "obj-86",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      900.0,
      150.0,
      90.88,
      22.0
     ],
     "text": "r #0-session"
    }
   },
   {
    "box": {
     "id": "obj-87",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      560.0,
      275.0,
      93.75999999999999,
      22.0
     ],
     "text": "prepend read"
    }
   },
   {
    "box": {
     "id": "obj-88",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      680.0,
      275.0,
      114.79999999999998,
      22.0
     ],
     "text": "read about:blank"
    }
   },
   {
    "box": {
     "id": "obj-89",
     "maxclass": "jweb~",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "signal",
      "signal",
      ""
     ],
     "patching_rect": [
      560.0,
      310.0,
      240.0,
      90.0
     ],
     "presentation": 1,
     "presentation_rect": [
      772.0,
      122.0,
      168.0,
      92.0
     ],
     "url": "about:blank",
     "rendermode": 1,
     "latency": 32.0
    }
   },
   {
    "box": {
     "id": "obj-90",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      ""
     ],
     "patching_rect": [
      810.0,
      410.0,
      125.44,
      22.0
     ],
     "text": "route status ready"
    }
   },
   {
    "box": {
     "id": "obj-91",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      745.0,
      440.0,
      131.2,
      22.0
     ],
     "text": "prepend Live page:"
    }
   },
   {
    "box": {
     "id": "obj-92",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      745.0,
      470.0,
      99.52,
      22.0
     ],
     "text": "s #0-road-text"
    }
   },
   {
    "box": {
     "id": "obj-93",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      888.0,
      440.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-94",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      888.0,
      470.0,
      109.6,
      22.0
     ],
     "text": "s #0-road-ready"
    }
   },
   {
    "box": {
     "id": "obj-95",
     "maxclass": "live.gain~",
     "numinlets": 2,
     "numoutlets": 5,
     "outlettype": [
      "signal",
      "signal",
      "",
      "float",
      "list"
     ],
     "patching_rect": [
      620.0,
      640.0,
      48.0,
      60.0
     ],
     "presentation": 1,
     "presentation_rect": [
      946.0,
      118.0,
      48.0,
      128.0
     ],
     "lastchannelcount": 0,
     "parameter_enable": 1,
     "varname": "Volume",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Volume",
       "parameter_shortname": "Volume",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": -70.0,
       "parameter_mmax": 6.0,
       "parameter_unitstyle": 4,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        -6.0
       ]
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-96",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      "signal"
     ],
     "patching_rect": [
      560.0,
      490.0,
      60.64,
      22.0
     ],
     "text": "p takes",
     "patcher": {
      "fileversion": 1,
      "appversion": {
       "major": 8,
       "minor": 6,
       "revision": 0,
       "architecture": "x64",
       "modernui": 1
      },
      "classnamespace": "box",
      "rect": [
       140,
       140,
       1180,
       900
      ],
      "gridsize": [
       15.0,
       15.0
      ],
      "boxes": [
       {
        "box": {
         "id": "obj-1",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          20.0,
          330.0,
          356.32,
          22.0
         ],
         "text": "node.script magnet-live-client.js @autostart 0 @watch 0",
         "saved_object_attributes": {
          "autostart": 0,
          "defer": 0,
          "node_bin_path": "",
          "npm_bin_path": "",
          "watch": 0
         }
        }
       },
       {
        "box": {
         "id": "obj-2",
         "maxclass": "newobj",
         "numinlets": 6,
         "numoutlets": 6,
         "outlettype": [
          "",
          "",
          "",
          "",
          "",
          ""
         ],
         "patching_rect": [
          20.0,
          370.0,
          241.11999999999998,
          22.0
         ],
         "text": "route status replace swap note ready"
        }
       },
       {
        "box": {
         "id": "obj-3",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          20.0,
          69.28,
          22.0
         ],
         "text": "r #0-road"
        }
       },
       {
        "box": {
         "id": "obj-4",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "bang",
          ""
         ],
         "patching_rect": [
          20.0,
          50.0,
          44.0,
          22.0
         ],
         "text": "sel 1"
        }
       },
       {
        "box": {
         "id": "obj-5",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          80.0,
          80.24,
          22.0
         ],
         "text": "script start"
        }
       },
       {
        "box": {
         "id": "obj-6",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          120.0,
          80.0,
          78.8,
          22.0
         ],
         "text": "script stop"
        }
       },
       {
        "box": {
         "id": "obj-7",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          220.0,
          50.0,
          68.32000000000001,
          22.0
         ],
         "text": "r #0-npm"
        }
       },
       {
        "box": {
         "id": "obj-8",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          220.0,
          80.0,
          121.03999999999999,
          22.0
         ],
         "text": "script npm install"
        }
       },
       {
        "box": {
         "id": "obj-9",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          20.0,
          410.0,
          44.0,
          22.0
         ],
         "text": "t l l"
        }
       },
       {
        "box": {
         "id": "obj-10",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          120.0,
          470.0,
          108.16,
          22.0
         ],
         "text": "prepend Takes:"
        }
       },
       {
        "box": {
         "id": "obj-11",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          120.0,
          500.0,
          99.52,
          22.0
         ],
         "text": "s #0-road-text"
        }
       },
       {
        "box": {
         "id": "obj-12",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          20.0,
          440.0,
          73.6,
          22.0
         ],
         "text": "route idle"
        }
       },
       {
        "box": {
         "id": "obj-13",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          20.0,
          540.0,
          111.03999999999999,
          22.0
         ],
         "text": "s #0-client-runs"
        }
       },
       {
        "box": {
         "id": "obj-14",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          "bang"
         ],
         "patching_rect": [
          340.0,
          440.0,
          31.839999999999996,
          22.0
         ],
         "text": "t b"
        }
       },
       {
        "box": {
         "id": "obj-15",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          340.0,
          470.0,
          109.6,
          22.0
         ],
         "text": "s #0-road-ready"
        }
       },
       {
        "box": {
         "id": "obj-16",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          240.0,
          540.0,
          108.16,
          22.0
         ],
         "text": "prepend Takes:"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          240.0,
          570.0,
          99.52,
          22.0
         ],
         "text": "s #0-road-text"
        }
       },
       {
        "box": {
         "id": "obj-18",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 5,
         "outlettype": [
          "bang",
          "bang",
          "bang",
          "bang",
          "bang"
         ],
         "patching_rect": [
          20.0,
          150.0,
          110.0,
          22.0
         ],
         "text": "t b b b b b"
        }
       },
       {
        "box": {
         "id": "obj-19",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          120.0,
          108.16,
          22.0
         ],
         "text": "r #0-client-runs"
        }
       },
       {
        "box": {
         "id": "obj-20",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 4,
         "outlettype": [
          "int",
          "float",
          "int",
          "int"
         ],
         "patching_rect": [
          420.0,
          190.0,
          88.0,
          22.0
         ],
         "text": "dspstate~"
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          420.0,
          240.0,
          90.88,
          22.0
         ],
         "text": "prepend rate"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          340.0,
          190.0,
          44.0,
          22.0
         ],
         "text": "i 4"
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          340.0,
          150.0,
          69.28,
          22.0
         ],
         "text": "r #0-bars"
        }
       },
       {
        "box": {
         "id": "obj-24",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          320.0,
          240.0,
          93.75999999999999,
          22.0
         ],
         "text": "prepend bars"
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          220.0,
          190.0,
          50.56,
          22.0
         ],
         "text": "zl.reg"
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          220.0,
          150.0,
          90.88,
          22.0
         ],
         "text": "r #0-session"
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          200.0,
          240.0,
          115.35999999999999,
          22.0
         ],
         "text": "prepend session"
        }
       },
       {
        "box": {
         "id": "obj-28",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          140.0,
          240.0,
          45.67999999999999,
          22.0
         ],
         "text": "live 1"
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          270.0,
          204.16,
          22.0
         ],
         "text": "sprintf symout ws://%s:%ld/ws"
        }
       },
       {
        "box": {
         "id": "obj-30",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          560.0,
          190.0,
          50.56,
          22.0
         ],
         "text": "zl.reg"
        }
       },
       {
        "box": {
         "id": "obj-31",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          560.0,
          150.0,
          69.28,
          22.0
         ],
         "text": "r #0-host"
        }
       },
       {
        "box": {
         "id": "obj-32",
         "maxclass": "newobj",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          670.0,
          150.0,
          93.75999999999999,
          22.0
         ],
         "text": "r #0-http-port"
        }
       },
       {
        "box": {
         "id": "obj-33",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          20.0,
          300.0,
          115.35999999999999,
          22.0
         ],
         "text": "prepend connect"
        }
       },
       {
        "box": {
         "id": "obj-34",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          560.0,
          330.0,
          300.0,
          22.0
         ],
         "text": "The take that plays, and the one that loads"
        }
       },
       {
        "box": {
         "id": "obj-35",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          560.0,
          400.0,
          62.08,
          22.0
         ],
         "text": "gate 2 1"
        }
       },
       {
        "box": {
         "id": "obj-36",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          860.0,
          400.0,
          62.08,
          22.0
         ],
         "text": "gate 2 1"
        }
       },
       {
        "box": {
         "id": "obj-37",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 4,
         "outlettype": [
          "int",
          "float",
          "float",
          "int"
         ],
         "patching_rect": [
          860.0,
          360.0,
          113.92,
          22.0
         ],
         "text": "unpack 0 0. 0. 0"
        }
       },
       {
        "box": {
         "id": "obj-38",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          560.0,
          590.0,
          125.44,
          22.0
         ],
         "text": "count~ 0 48000 1 1"
        }
       },
       {
        "box": {
         "id": "obj-39",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          740.0,
          620.0,
          53.44,
          22.0
         ],
         "text": "==~ 0."
        }
       },
       {
        "box": {
         "id": "obj-40",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          700.0,
          590.0,
          41.919999999999995,
          22.0
         ],
         "text": "sig~"
        }
       },
       {
        "box": {
         "id": "obj-41",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          700.0,
          650.0,
          67.83999999999999,
          22.0
         ],
         "text": "sah~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-42",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          560.0,
          440.0,
          112.47999999999999,
          22.0
         ],
         "text": "prepend replace"
        }
       },
       {
        "box": {
         "id": "obj-43",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "float",
          "bang"
         ],
         "patching_rect": [
          480.0,
          480.0,
          160.0,
          22.0
         ],
         "text": "buffer~ #0-take-a 1000 2"
        }
       },
       {
        "box": {
         "id": "obj-44",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          600.0,
          530.0,
          21.2,
          22.0
         ],
         "text": "0"
        }
       },
       {
        "box": {
         "id": "obj-45",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          960.0,
          480.0,
          60.64,
          22.0
         ],
         "text": "i 48000"
        }
       },
       {
        "box": {
         "id": "obj-46",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          690.0,
          440.0,
          112.47999999999999,
          22.0
         ],
         "text": "prepend replace"
        }
       },
       {
        "box": {
         "id": "obj-47",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "float",
          "bang"
         ],
         "patching_rect": [
          700.0,
          480.0,
          160.0,
          22.0
         ],
         "text": "buffer~ #0-take-b 1000 2"
        }
       },
       {
        "box": {
         "id": "obj-48",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          750.0,
          530.0,
          18.32,
          22.0
         ],
         "text": "1"
        }
       },
       {
        "box": {
         "id": "obj-49",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "int"
         ],
         "patching_rect": [
          1050.0,
          480.0,
          60.64,
          22.0
         ],
         "text": "i 48000"
        }
       },
       {
        "box": {
         "id": "obj-50",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          860.0,
          560.0,
          280.0,
          22.0
         ],
         "text": "On the first sample of a loop: what is heard?"
        }
       },
       {
        "box": {
         "id": "obj-51",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "bang",
          "bang"
         ],
         "patching_rect": [
          860.0,
          590.0,
          52.0,
          22.0
         ],
         "text": "edge~"
        }
       },
       {
        "box": {
         "id": "obj-52",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "float"
         ],
         "patching_rect": [
          860.0,
          620.0,
          77.92,
          22.0
         ],
         "text": "snapshot~"
        }
       },
       {
        "box": {
         "id": "obj-53",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          860.0,
          650.0,
          112.47999999999999,
          22.0
         ],
         "text": "expr int($f1+0.5)"
        }
       },
       {
        "box": {
         "id": "obj-54",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "int",
          "int"
         ],
         "patching_rect": [
          860.0,
          680.0,
          44.0,
          22.0
         ],
         "text": "t i i"
        }
       },
       {
        "box": {
         "id": "obj-55",
         "maxclass": "newobj",
         "numinlets": 3,
         "numoutlets": 3,
         "outlettype": [
          "bang",
          "bang",
          ""
         ],
         "patching_rect": [
          940.0,
          710.0,
          66.0,
          22.0
         ],
         "text": "sel 0 1"
        }
       },
       {
        "box": {
         "id": "obj-56",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          860.0,
          740.0,
          73.6,
          22.0
         ],
         "text": "expr 2-$i1"
        }
       },
       {
        "box": {
         "id": "obj-57",
         "maxclass": "newobj",
         "numinlets": 3,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          700.0,
          690.0,
          148.0,
          22.0
         ],
         "text": "rampsmooth~ 240 240"
        }
       },
       {
        "box": {
         "id": "obj-58",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          480.0,
          725.0,
          125.44,
          22.0
         ],
         "text": "index~ #0-take-a 1"
        }
       },
       {
        "box": {
         "id": "obj-59",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          480.0,
          751.0,
          125.44,
          22.0
         ],
         "text": "index~ #0-take-b 1"
        }
       },
       {
        "box": {
         "id": "obj-60",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          540.0,
          780.0,
          44.0,
          22.0
         ],
         "text": "-~"
        }
       },
       {
        "box": {
         "id": "obj-61",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          540.0,
          806.0,
          44.0,
          22.0
         ],
         "text": "*~"
        }
       },
       {
        "box": {
         "id": "obj-62",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          480.0,
          830.0,
          44.0,
          22.0
         ],
         "text": "+~"
        }
       },
       {
        "box": {
         "id": "obj-63",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          660.0,
          725.0,
          128.32,
          22.0
         ],
         "text": "index~ #0-take-a 2"
        }
       },
       {
        "box": {
         "id": "obj-64",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          660.0,
          751.0,
          128.32,
          22.0
         ],
         "text": "index~ #0-take-b 2"
        }
       },
       {
        "box": {
         "id": "obj-65",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          720.0,
          780.0,
          44.0,
          22.0
         ],
         "text": "-~"
        }
       },
       {
        "box": {
         "id": "obj-66",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          720.0,
          806.0,
          44.0,
          22.0
         ],
         "text": "*~"
        }
       },
       {
        "box": {
         "id": "obj-67",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          660.0,
          830.0,
          44.0,
          22.0
         ],
         "text": "+~"
        }
       },
       {
        "box": {
         "id": "obj-68",
         "maxclass": "outlet",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          560.0,
          850.0,
          30.0,
          30.0
         ],
         "comment": "left",
         "index": 1
        }
       },
       {
        "box": {
         "id": "obj-69",
         "maxclass": "outlet",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          880.0,
          850.0,
          30.0,
          30.0
         ],
         "comment": "right",
         "index": 2
        }
       }
      ],
      "lines": [
       {
        "patchline": {
         "source": [
          "obj-1",
          0
         ],
         "destination": [
          "obj-2",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-3",
          0
         ],
         "destination": [
          "obj-4",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-4",
          0
         ],
         "destination": [
          "obj-5",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-5",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-4",
          1
         ],
         "destination": [
          "obj-6",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-6",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-7",
          0
         ],
         "destination": [
          "obj-8",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-8",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          0
         ],
         "destination": [
          "obj-9",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-9",
          1
         ],
         "destination": [
          "obj-10",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-10",
          0
         ],
         "destination": [
          "obj-11",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-9",
          0
         ],
         "destination": [
          "obj-12",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-12",
          0
         ],
         "destination": [
          "obj-13",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          4
         ],
         "destination": [
          "obj-14",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-14",
          0
         ],
         "destination": [
          "obj-15",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          3
         ],
         "destination": [
          "obj-16",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-16",
          0
         ],
         "destination": [
          "obj-17",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-19",
          0
         ],
         "destination": [
          "obj-18",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-18",
          4
         ],
         "destination": [
          "obj-20",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-20",
          1
         ],
         "destination": [
          "obj-21",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-21",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-18",
          3
         ],
         "destination": [
          "obj-22",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-23",
          0
         ],
         "destination": [
          "obj-22",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          0
         ],
         "destination": [
          "obj-24",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-24",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-18",
          2
         ],
         "destination": [
          "obj-25",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-26",
          0
         ],
         "destination": [
          "obj-25",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-25",
          0
         ],
         "destination": [
          "obj-27",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-27",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-18",
          1
         ],
         "destination": [
          "obj-28",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-28",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-31",
          0
         ],
         "destination": [
          "obj-30",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-30",
          0
         ],
         "destination": [
          "obj-29",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-32",
          0
         ],
         "destination": [
          "obj-29",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-18",
          0
         ],
         "destination": [
          "obj-30",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-29",
          0
         ],
         "destination": [
          "obj-33",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-33",
          0
         ],
         "destination": [
          "obj-1",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          1
         ],
         "destination": [
          "obj-35",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-2",
          2
         ],
         "destination": [
          "obj-37",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-37",
          3
         ],
         "destination": [
          "obj-36",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          0
         ],
         "destination": [
          "obj-39",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-40",
          0
         ],
         "destination": [
          "obj-41",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-39",
          0
         ],
         "destination": [
          "obj-41",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-35",
          0
         ],
         "destination": [
          "obj-42",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-42",
          0
         ],
         "destination": [
          "obj-43",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-43",
          1
         ],
         "destination": [
          "obj-44",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-44",
          0
         ],
         "destination": [
          "obj-40",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-36",
          0
         ],
         "destination": [
          "obj-45",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-45",
          0
         ],
         "destination": [
          "obj-38",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-35",
          1
         ],
         "destination": [
          "obj-46",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-46",
          0
         ],
         "destination": [
          "obj-47",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-47",
          1
         ],
         "destination": [
          "obj-48",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-48",
          0
         ],
         "destination": [
          "obj-40",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-36",
          1
         ],
         "destination": [
          "obj-49",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-49",
          0
         ],
         "destination": [
          "obj-38",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-39",
          0
         ],
         "destination": [
          "obj-51",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-41",
          0
         ],
         "destination": [
          "obj-52",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-51",
          0
         ],
         "destination": [
          "obj-52",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-52",
          0
         ],
         "destination": [
          "obj-53",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-53",
          0
         ],
         "destination": [
          "obj-54",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-54",
          1
         ],
         "destination": [
          "obj-55",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-55",
          0
         ],
         "destination": [
          "obj-45",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-55",
          1
         ],
         "destination": [
          "obj-49",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-54",
          0
         ],
         "destination": [
          "obj-56",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-56",
          0
         ],
         "destination": [
          "obj-35",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-56",
          0
         ],
         "destination": [
          "obj-36",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-41",
          0
         ],
         "destination": [
          "obj-57",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          0
         ],
         "destination": [
          "obj-58",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          0
         ],
         "destination": [
          "obj-59",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-59",
          0
         ],
         "destination": [
          "obj-60",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-58",
          0
         ],
         "destination": [
          "obj-60",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-60",
          0
         ],
         "destination": [
          "obj-61",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-57",
          0
         ],
         "destination": [
          "obj-61",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-58",
          0
         ],
         "destination": [
          "obj-62",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-61",
          0
         ],
         "destination": [
          "obj-62",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          0
         ],
         "destination": [
          "obj-63",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-38",
          0
         ],
         "destination": [
          "obj-64",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-64",
          0
         ],
         "destination": [
          "obj-65",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-63",
          0
         ],
         "destination": [
          "obj-65",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-65",
          0
         ],
         "destination": [
          "obj-66",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-57",
          0
         ],
         "destination": [
          "obj-66",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-63",
          0
         ],
         "destination": [
          "obj-67",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-66",
          0
         ],
         "destination": [
          "obj-67",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-62",
          0
         ],
         "destination": [
          "obj-68",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-67",
          0
         ],
         "destination": [
          "obj-69",
          0
         ]
        }
       }
      ],
      "dependency_cache": [],
      "autosave": 0
     }
    }
   },
   {
    "box": {
     "id": "obj-97",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      660.0,
      490.0,
      69.28,
      22.0
     ],
     "text": "r #0-road"
    }
   },
   {
    "box": {
     "id": "obj-98",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      560.0,
      560.0,
      95.19999999999999,
      22.0
     ],
     "text": "selector~ 2 0"
    }
   },
   {
    "box": {
     "id": "obj-99",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      720.0,
      560.0,
      95.19999999999999,
      22.0
     ],
     "text": "selector~ 2 0"
    }
   },
   {
    "box": {
     "id": "obj-100",
     "maxclass": "ezdac~",
     "numinlets": 2,
     "numoutlets": 0,
     "patching_rect": [
      620.0,
      720.0,
      45.0,
      45.0
     ],
     "presentation": 1,
     "presentation_rect": [
      895.0,
      332.0,
      34.0,
      34.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-101",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      980.0,
      90.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-102",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      980.0,
      180.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      768.0,
      98.0,
      232.0,
      20.0
     ],
     "text": "No road is taken.",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-103",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      980.0,
      60.0,
      96.64000000000001,
      22.0
     ],
     "text": "r #0-road-text"
    }
   },
   {
    "box": {
     "id": "obj-104",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      800.0,
      40.0,
      130.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      772.0,
      246.0,
      120.0,
      20.0
     ],
     "mode": 0,
     "text": "Install node client",
     "texton": "Install node client",
     "parameter_enable": 1,
     "varname": "Install Client",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Install Client",
       "parameter_shortname": "Install",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Once: fetches the node client's one dependency (ws) with npm.",
       "parameter_annotation_name": "Install Client"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-105",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      800.0,
      70.0,
      71.19999999999999,
      22.0
     ],
     "text": "s #0-npm"
    }
   },
   {
    "box": {
     "id": "obj-106",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      300.0,
      232.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      768.0,
      268.0,
      232.0,
      32.0
     ],
     "text": "Takes, Max 8: whole bars as WAV files, swapped on the bar.",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-107",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      350.0,
      232.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      768.0,
      300.0,
      232.0,
      32.0
     ],
     "text": "Live page, Max 9: jweb~, the stream itself. Click it if it is silent.",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-108",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      400.0,
      62.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      832.0,
      340.0,
      62.0,
      20.0
     ],
     "text": "Audio on:",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-109",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2620.0,
      450.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      470.0,
      60.0,
      18.0
     ],
     "text": "Recall",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-110",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2800.0,
      40.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      538.0,
      60.0,
      18.0
     ],
     "text": "Done",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-111",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2800.0,
      66.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      562.0,
      60.0,
      18.0
     ],
     "text": "Refused",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-112",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2800.0,
      92.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      586.0,
      60.0,
      18.0
     ],
     "text": "Model",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-113",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2800.0,
      118.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      610.0,
      60.0,
      18.0
     ],
     "text": "Words",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-114",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2800.0,
      144.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      634.0,
      60.0,
      18.0
     ],
     "text": "Takes",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-115",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      ""
     ],
     "patching_rect": [
      1000.0,
      390.0,
      266.08,
      22.0
     ],
     "text": "route /magnet/subscribe /magnet/session"
    }
   },
   {
    "box": {
     "id": "obj-116",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "float",
      ""
     ],
     "patching_rect": [
      1000.0,
      420.0,
      99.52,
      22.0
     ],
     "text": "unpack s i f s"
    }
   },
   {
    "box": {
     "id": "obj-117",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1000.0,
      360.0,
      88.0,
      22.0
     ],
     "text": "r #0-in.done"
    }
   },
   {
    "box": {
     "id": "obj-118",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1000.0,
      450.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-119",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1000.0,
      480.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      80.0,
      538.0,
      220.0,
      20.0
     ],
     "text": "nothing yet",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-120",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      1130.0,
      450.0,
      57.76,
      22.0
     ],
     "text": "* 1000."
    }
   },
   {
    "box": {
     "id": "obj-121",
     "maxclass": "flonum",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1230.0,
      480.0,
      60.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      308.0,
      537.0,
      52.0,
      20.0
     ],
     "ignoreclick": 1,
     "numdecimalplaces": 0,
     "fontsize": 10.0,
     "hint": "from the message to the sound, in ms"
    }
   },
   {
    "box": {
     "id": "obj-122",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2880.0,
      40.0,
      26.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      362.0,
      538.0,
      26.0,
      18.0
     ],
     "text": "ms",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-123",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2880.0,
      70.0,
      34.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      394.0,
      538.0,
      34.0,
      18.0
     ],
     "text": "Gaps",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-124",
     "maxclass": "newobj",
     "numinlets": 5,
     "numoutlets": 4,
     "outlettype": [
      "int",
      "",
      "",
      "int"
     ],
     "patching_rect": [
      1290.0,
      420.0,
      110.0,
      22.0
     ],
     "text": "counter 1 9999"
    }
   },
   {
    "box": {
     "id": "obj-125",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      1290.0,
      390.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-126",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1290.0,
      450.0,
      60.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      430.0,
      537.0,
      54.0,
      20.0
     ],
     "ignoreclick": 1,
     "fontsize": 10.0,
     "hint": "gaps: no sound was there in time"
    }
   },
   {
    "box": {
     "id": "obj-127",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1290.0,
      360.0,
      82.24,
      22.0
     ],
     "text": "r #0-in.late"
    }
   },
   {
    "box": {
     "id": "obj-128",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "int",
      ""
     ],
     "patching_rect": [
      1420.0,
      390.0,
      90.88,
      22.0
     ],
     "text": "unpack s i s"
    }
   },
   {
    "box": {
     "id": "obj-129",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1420.0,
      420.0,
      151.35999999999999,
      22.0
     ],
     "text": "sprintf symout %s: %s"
    }
   },
   {
    "box": {
     "id": "obj-130",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1420.0,
      360.0,
      79.35999999999999,
      22.0
     ],
     "text": "r #0-in.fail"
    }
   },
   {
    "box": {
     "id": "obj-131",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1420.0,
      450.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-132",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1420.0,
      480.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      80.0,
      562.0,
      408.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0,
     "textcolor": [
      0.85,
      0.2,
      0.15,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-133",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1640.0,
      390.0,
      82.24,
      22.0
     ],
     "text": "unpack s s"
    }
   },
   {
    "box": {
     "id": "obj-134",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1640.0,
      420.0,
      147.04,
      22.0
     ],
     "text": "sprintf symout %s %s"
    }
   },
   {
    "box": {
     "id": "obj-135",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1640.0,
      360.0,
      99.99999999999999,
      22.0
     ],
     "text": "r #0-in.worker"
    }
   },
   {
    "box": {
     "id": "obj-136",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1640.0,
      450.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-137",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1640.0,
      480.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      80.0,
      586.0,
      408.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-138",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      390.0,
      70.72,
      22.0
     ],
     "text": "unpack s"
    }
   },
   {
    "box": {
     "id": "obj-139",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      420.0,
      275.68,
      22.0
     ],
     "text": "sprintf symout not known to the model: %s"
    }
   },
   {
    "box": {
     "id": "obj-140",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      360.0,
      95.67999999999999,
      22.0
     ],
     "text": "r #0-in.words"
    }
   },
   {
    "box": {
     "id": "obj-141",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      450.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-142",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      480.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      80.0,
      610.0,
      408.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-143",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "int",
      "float"
     ],
     "patching_rect": [
      1000.0,
      580.0,
      98.08,
      22.0
     ],
     "text": "unpack s 0 0."
    }
   },
   {
    "box": {
     "id": "obj-144",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1000.0,
      610.0,
      250.24000000000004,
      22.0
     ],
     "text": "sprintf symout %s  %ld bars  %.2f bpm"
    }
   },
   {
    "box": {
     "id": "obj-145",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1000.0,
      550.0,
      85.12,
      22.0
     ],
     "text": "r #0-in.take"
    }
   },
   {
    "box": {
     "id": "obj-146",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1000.0,
      640.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-147",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1000.0,
      670.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      80.0,
      634.0,
      408.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-148",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "float",
      ""
     ],
     "patching_rect": [
      1300.0,
      580.0,
      98.08,
      22.0
     ],
     "text": "unpack s 0. s"
    }
   },
   {
    "box": {
     "id": "obj-149",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1300.0,
      610.0,
      204.16,
      22.0
     ],
     "text": "sprintf symout %s %.1f bpm %s"
    }
   },
   {
    "box": {
     "id": "obj-150",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1300.0,
      550.0,
      95.67999999999999,
      22.0
     ],
     "text": "r #0-in.tempo"
    }
   },
   {
    "box": {
     "id": "obj-151",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1300.0,
      640.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-152",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1300.0,
      670.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      268.0,
      238.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-153",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1600.0,
      580.0,
      86.56,
      22.0
     ],
     "text": "unpack s 0."
    }
   },
   {
    "box": {
     "id": "obj-154",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1600.0,
      610.0,
      206.07999999999998,
      22.0
     ],
     "text": "sprintf symout Input %s, %.1f s"
    }
   },
   {
    "box": {
     "id": "obj-155",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1600.0,
      550.0,
      89.44,
      22.0
     ],
     "text": "r #0-in.input"
    }
   },
   {
    "box": {
     "id": "obj-156",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1600.0,
      640.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-157",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1600.0,
      670.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      768.0,
      444.0,
      228.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-158",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      1880.0,
      580.0,
      75.03999999999999,
      22.0
     ],
     "text": "unpack 0."
    }
   },
   {
    "box": {
     "id": "obj-159",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      610.0,
      218.07999999999998,
      22.0
     ],
     "text": "sprintf symout Lead now %.0f ms"
    }
   },
   {
    "box": {
     "id": "obj-160",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      550.0,
      85.12,
      22.0
     ],
     "text": "r #0-in.lead"
    }
   },
   {
    "box": {
     "id": "obj-161",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      640.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-162",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      670.0,
      220.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      382.0,
      150.0,
      20.0
     ],
     "text": "",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-163",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Play",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-164",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      890.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      72.0,
      72.0,
      22.0
     ],
     "mode": 0,
     "text": "Play",
     "texton": "Play",
     "parameter_enable": 1,
     "varname": "Play",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Play",
       "parameter_shortname": "Play",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Start the stream, or go on. /magnet/play",
       "parameter_annotation_name": "Play"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-165",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      980.0,
      92.24000000000001,
      22.0
     ],
     "text": "/magnet/play"
    }
   },
   {
    "box": {
     "id": "obj-166",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      1010.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-167",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Stop",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-168",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      330.0,
      890.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      590.0,
      72.0,
      72.0,
      22.0
     ],
     "mode": 0,
     "text": "Stop",
     "texton": "Stop",
     "parameter_enable": 1,
     "varname": "Stop",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Stop",
       "parameter_shortname": "Stop",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Fade out and pause the stream. /magnet/stop",
       "parameter_annotation_name": "Stop"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-169",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      980.0,
      92.24000000000001,
      22.0
     ],
     "text": "/magnet/stop"
    }
   },
   {
    "box": {
     "id": "obj-170",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      1010.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-171",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Reset",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-172",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      890.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      100.0,
      112.0,
      22.0
     ],
     "mode": 0,
     "text": "Reset now",
     "texton": "Reset now",
     "parameter_enable": 1,
     "varname": "Reset Now",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Reset Now",
       "parameter_shortname": "Reset",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Forget the music so far, at once or at the next bar; prompts and parameters stay. when: \"now\" or \"bar\". /magnet/reset",
       "parameter_annotation_name": "Reset Now"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-173",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      980.0,
      125.84,
      22.0
     ],
     "text": "/magnet/reset now"
    }
   },
   {
    "box": {
     "id": "obj-174",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      1010.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-175",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      780.0,
      890.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      628.0,
      100.0,
      114.0,
      22.0
     ],
     "mode": 0,
     "text": "Reset at bar",
     "texton": "Reset at bar",
     "parameter_enable": 1,
     "varname": "Reset Bar",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Reset Bar",
       "parameter_shortname": "Reset",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Forget the music so far, at once or at the next bar; prompts and parameters stay. when: \"now\" or \"bar\". /magnet/reset",
       "parameter_annotation_name": "Reset Bar"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-176",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      780.0,
      980.0,
      119.60000000000001,
      22.0
     ],
     "text": "/magnet/reset bar"
    }
   },
   {
    "box": {
     "id": "obj-177",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      780.0,
      1010.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-178",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Prompt",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-179",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      950.0,
      890.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      82.0,
      72.0,
      398.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Describe the music; an empty text asks for anything. It takes slot 1, and empties the others; all weights are 1 again. text: a string of 0 to 2000 characters. /magnet/prompt",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-180",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      860.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-181",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      830.0,
      107.2,
      22.0
     ],
     "text": "r #0-set.prompt"
    }
   },
   {
    "box": {
     "id": "obj-182",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      950.0,
      950.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-183",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      950.0,
      980.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-184",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1010.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-185",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1010.0,
      1010.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-186",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1070.0,
      160.96,
      22.0
     ],
     "text": "prepend /magnet/prompt"
    }
   },
   {
    "box": {
     "id": "obj-187",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      1100.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-188",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1110.0,
      806.0,
      60.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      74.0,
      60.0,
      18.0
     ],
     "text": "One for all",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-189",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Prompt 1",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-190",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      890.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      40.0,
      106.0,
      318.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Put a text in this slot: all six sound together, each by its weight, which stays where it is left out. An empty text takes no part. text: a string of 0 to 2000 characters; weight: a number from 0 to 1. /magnet/prompt/1",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-191",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1455.0,
      830.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-192",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      1455.0,
      860.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-193",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      860.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-194",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      830.0,
      115.84,
      22.0
     ],
     "text": "r #0-set.prompt/1"
    }
   },
   {
    "box": {
     "id": "obj-195",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      950.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-196",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      980.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-197",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1010.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-198",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1320.0,
      1010.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-199",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1070.0,
      169.6,
      22.0
     ],
     "text": "prepend /magnet/prompt/1"
    }
   },
   {
    "box": {
     "id": "obj-200",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      1100.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-201",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1420.0,
      806.0,
      20.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      108.0,
      20.0,
      18.0
     ],
     "text": "1",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-202",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Prompt 1 Weight",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-203",
     "maxclass": "live.slider",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1570.0,
      890.0,
      100.0,
      30.0
     ],
     "presentation": 1,
     "presentation_rect": [
      366.0,
      98.0,
      116.0,
      30.0
     ],
     "orientation": 1,
     "showname": 0,
     "shownumber": 0,
     "parameter_enable": 1,
     "varname": "Prompt 1 Weight",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prompt 1 Weight",
       "parameter_shortname": "W1",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 1.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Weigh this slot's text anew; where it has none yet, the one that comes. weight: a number from 0 to 1. /magnet/prompt/1/weight",
       "parameter_annotation_name": "Prompt 1 Weight"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-204",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1765.0,
      830.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-205",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      860.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-206",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      830.0,
      160.96,
      22.0
     ],
     "text": "r #0-set.prompt/1/weight"
    }
   },
   {
    "box": {
     "id": "obj-207",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      980.0,
      214.71999999999997,
      22.0
     ],
     "text": "prepend /magnet/prompt/1/weight"
    }
   },
   {
    "box": {
     "id": "obj-208",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      1010.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-209",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Prompt 2",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-210",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      1880.0,
      890.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      40.0,
      137.0,
      318.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Put a text in this slot: all six sound together, each by its weight, which stays where it is left out. An empty text takes no part. text: a string of 0 to 2000 characters; weight: a number from 0 to 1. /magnet/prompt/2",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-211",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2075.0,
      830.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-212",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      2075.0,
      860.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-213",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      860.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-214",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      830.0,
      118.72,
      22.0
     ],
     "text": "r #0-set.prompt/2"
    }
   },
   {
    "box": {
     "id": "obj-215",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1880.0,
      950.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-216",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1880.0,
      980.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-217",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1010.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-218",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1940.0,
      1010.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-219",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1070.0,
      172.48000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/2"
    }
   },
   {
    "box": {
     "id": "obj-220",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      1100.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-221",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2040.0,
      806.0,
      20.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      139.0,
      20.0,
      18.0
     ],
     "text": "2",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-222",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      806.0,
      155.0,
      20.0
     ],
     "text": "Prompt 2 Weight",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-223",
     "maxclass": "live.slider",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      2190.0,
      890.0,
      100.0,
      30.0
     ],
     "presentation": 1,
     "presentation_rect": [
      366.0,
      129.0,
      116.0,
      30.0
     ],
     "orientation": 1,
     "showname": 0,
     "shownumber": 0,
     "parameter_enable": 1,
     "varname": "Prompt 2 Weight",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prompt 2 Weight",
       "parameter_shortname": "W2",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 1.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Weigh this slot's text anew; where it has none yet, the one that comes. weight: a number from 0 to 1. /magnet/prompt/2/weight",
       "parameter_annotation_name": "Prompt 2 Weight"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-224",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2385.0,
      830.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-225",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      860.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-226",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      830.0,
      163.83999999999997,
      22.0
     ],
     "text": "r #0-set.prompt/2/weight"
    }
   },
   {
    "box": {
     "id": "obj-227",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      980.0,
      217.60000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/2/weight"
    }
   },
   {
    "box": {
     "id": "obj-228",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      1010.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-229",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 3",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-230",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      1210.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      40.0,
      168.0,
      318.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Put a text in this slot: all six sound together, each by its weight, which stays where it is left out. An empty text takes no part. text: a string of 0 to 2000 characters; weight: a number from 0 to 1. /magnet/prompt/3",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-231",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      215.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-232",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      215.0,
      1180.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-233",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-234",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1150.0,
      118.72,
      22.0
     ],
     "text": "r #0-set.prompt/3"
    }
   },
   {
    "box": {
     "id": "obj-235",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      1270.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-236",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      1300.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-237",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1330.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-238",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      80.0,
      1330.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-239",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1390.0,
      172.48000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/3"
    }
   },
   {
    "box": {
     "id": "obj-240",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      1420.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-241",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      180.0,
      1126.0,
      20.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      170.0,
      20.0,
      18.0
     ],
     "text": "3",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-242",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 3 Weight",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-243",
     "maxclass": "live.slider",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      330.0,
      1210.0,
      100.0,
      30.0
     ],
     "presentation": 1,
     "presentation_rect": [
      366.0,
      160.0,
      116.0,
      30.0
     ],
     "orientation": 1,
     "showname": 0,
     "shownumber": 0,
     "parameter_enable": 1,
     "varname": "Prompt 3 Weight",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prompt 3 Weight",
       "parameter_shortname": "W3",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 1.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Weigh this slot's text anew; where it has none yet, the one that comes. weight: a number from 0 to 1. /magnet/prompt/3/weight",
       "parameter_annotation_name": "Prompt 3 Weight"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-244",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      525.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-245",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-246",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1150.0,
      163.83999999999997,
      22.0
     ],
     "text": "r #0-set.prompt/3/weight"
    }
   },
   {
    "box": {
     "id": "obj-247",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1300.0,
      217.60000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/3/weight"
    }
   },
   {
    "box": {
     "id": "obj-248",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      1330.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-249",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 4",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-250",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      1210.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      40.0,
      199.0,
      318.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Put a text in this slot: all six sound together, each by its weight, which stays where it is left out. An empty text takes no part. text: a string of 0 to 2000 characters; weight: a number from 0 to 1. /magnet/prompt/4",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-251",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      835.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-252",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      835.0,
      1180.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-253",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-254",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1150.0,
      118.72,
      22.0
     ],
     "text": "r #0-set.prompt/4"
    }
   },
   {
    "box": {
     "id": "obj-255",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      1270.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-256",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      1300.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-257",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1330.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-258",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      700.0,
      1330.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-259",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1390.0,
      172.48000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/4"
    }
   },
   {
    "box": {
     "id": "obj-260",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      1420.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-261",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      800.0,
      1126.0,
      20.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      201.0,
      20.0,
      18.0
     ],
     "text": "4",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-262",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 4 Weight",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-263",
     "maxclass": "live.slider",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      950.0,
      1210.0,
      100.0,
      30.0
     ],
     "presentation": 1,
     "presentation_rect": [
      366.0,
      191.0,
      116.0,
      30.0
     ],
     "orientation": 1,
     "showname": 0,
     "shownumber": 0,
     "parameter_enable": 1,
     "varname": "Prompt 4 Weight",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prompt 4 Weight",
       "parameter_shortname": "W4",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 1.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Weigh this slot's text anew; where it has none yet, the one that comes. weight: a number from 0 to 1. /magnet/prompt/4/weight",
       "parameter_annotation_name": "Prompt 4 Weight"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-264",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1145.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-265",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-266",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1150.0,
      163.83999999999997,
      22.0
     ],
     "text": "r #0-set.prompt/4/weight"
    }
   },
   {
    "box": {
     "id": "obj-267",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1300.0,
      217.60000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/4/weight"
    }
   },
   {
    "box": {
     "id": "obj-268",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      1330.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-269",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 5",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-270",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      1210.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      40.0,
      230.0,
      318.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Put a text in this slot: all six sound together, each by its weight, which stays where it is left out. An empty text takes no part. text: a string of 0 to 2000 characters; weight: a number from 0 to 1. /magnet/prompt/5",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-271",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1455.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-272",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      1455.0,
      1180.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-273",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-274",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1150.0,
      118.72,
      22.0
     ],
     "text": "r #0-set.prompt/5"
    }
   },
   {
    "box": {
     "id": "obj-275",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      1270.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-276",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      1300.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-277",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1330.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-278",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1320.0,
      1330.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-279",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1390.0,
      172.48000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/5"
    }
   },
   {
    "box": {
     "id": "obj-280",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      1420.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-281",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1420.0,
      1126.0,
      20.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      232.0,
      20.0,
      18.0
     ],
     "text": "5",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-282",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 5 Weight",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-283",
     "maxclass": "live.slider",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1570.0,
      1210.0,
      100.0,
      30.0
     ],
     "presentation": 1,
     "presentation_rect": [
      366.0,
      222.0,
      116.0,
      30.0
     ],
     "orientation": 1,
     "showname": 0,
     "shownumber": 0,
     "parameter_enable": 1,
     "varname": "Prompt 5 Weight",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prompt 5 Weight",
       "parameter_shortname": "W5",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 1.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Weigh this slot's text anew; where it has none yet, the one that comes. weight: a number from 0 to 1. /magnet/prompt/5/weight",
       "parameter_annotation_name": "Prompt 5 Weight"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-284",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1765.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-285",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-286",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1150.0,
      163.83999999999997,
      22.0
     ],
     "text": "r #0-set.prompt/5/weight"
    }
   },
   {
    "box": {
     "id": "obj-287",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1300.0,
      217.60000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/5/weight"
    }
   },
   {
    "box": {
     "id": "obj-288",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      1330.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-289",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 6",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-290",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      1880.0,
      1210.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      40.0,
      261.0,
      318.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Put a text in this slot: all six sound together, each by its weight, which stays where it is left out. An empty text takes no part. text: a string of 0 to 2000 characters; weight: a number from 0 to 1. /magnet/prompt/6",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-291",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2075.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-292",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      2075.0,
      1180.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-293",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-294",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1150.0,
      118.72,
      22.0
     ],
     "text": "r #0-set.prompt/6"
    }
   },
   {
    "box": {
     "id": "obj-295",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1880.0,
      1270.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-296",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1880.0,
      1300.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-297",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1330.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-298",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1940.0,
      1330.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-299",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1390.0,
      172.48000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/6"
    }
   },
   {
    "box": {
     "id": "obj-300",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      1420.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-301",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2040.0,
      1126.0,
      20.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      18.0,
      263.0,
      20.0,
      18.0
     ],
     "text": "6",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-302",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      1126.0,
      155.0,
      20.0
     ],
     "text": "Prompt 6 Weight",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-303",
     "maxclass": "live.slider",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      2190.0,
      1210.0,
      100.0,
      30.0
     ],
     "presentation": 1,
     "presentation_rect": [
      366.0,
      253.0,
      116.0,
      30.0
     ],
     "orientation": 1,
     "showname": 0,
     "shownumber": 0,
     "parameter_enable": 1,
     "varname": "Prompt 6 Weight",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prompt 6 Weight",
       "parameter_shortname": "W6",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 1.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Weigh this slot's text anew; where it has none yet, the one that comes. weight: a number from 0 to 1. /magnet/prompt/6/weight",
       "parameter_annotation_name": "Prompt 6 Weight"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-304",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2385.0,
      1150.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-305",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1180.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-306",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1150.0,
      163.83999999999997,
      22.0
     ],
     "text": "r #0-set.prompt/6/weight"
    }
   },
   {
    "box": {
     "id": "obj-307",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1300.0,
      217.60000000000002,
      22.0
     ],
     "text": "prepend /magnet/prompt/6/weight"
    }
   },
   {
    "box": {
     "id": "obj-308",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      1330.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-309",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Another Take",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-310",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      1530.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      668.0,
      72.0,
      74.0,
      22.0
     ],
     "mode": 0,
     "text": "Again",
     "texton": "Again",
     "parameter_enable": 1,
     "varname": "Another Take",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Another Take",
       "parameter_shortname": "Again",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Another take of what is planned: the same words, other notes. /magnet/again",
       "parameter_annotation_name": "Another Take"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-311",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1620.0,
      99.44,
      22.0
     ],
     "text": "/magnet/again"
    }
   },
   {
    "box": {
     "id": "obj-312",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      1650.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-313",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Tempo",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-314",
     "maxclass": "live.numbox",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      330.0,
      1530.0,
      60.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      556.0,
      166.0,
      70.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "Tempo",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Tempo",
       "parameter_shortname": "Tempo",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 999.0,
       "parameter_unitstyle": 9,
       "parameter_units": "%.2f bpm",
       "parameter_exponent": 2.821,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.0
       ],
       "parameter_info": "Beats per minute, whatever the prompts say; 0 leaves it to them, of several to the heaviest that names any. bpm: 0 or a number from 20 to 999 bpm. /magnet/tempo",
       "parameter_annotation_name": "Tempo"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-315",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      525.0,
      1470.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-316",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1500.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-317",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1470.0,
      102.88,
      22.0
     ],
     "text": "r #0-set.tempo"
    }
   },
   {
    "box": {
     "id": "obj-318",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1590.0,
      126.88,
      22.0
     ],
     "text": "expr $f1*($f1>=20.)"
    }
   },
   {
    "box": {
     "id": "obj-319",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1620.0,
      156.64000000000001,
      22.0
     ],
     "text": "prepend /magnet/tempo"
    }
   },
   {
    "box": {
     "id": "obj-320",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      1650.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-321",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      490.0,
      1446.0,
      48.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      166.0,
      48.0,
      18.0
     ],
     "text": "Tempo",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-322",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Chords",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-323",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      1530.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      556.0,
      244.0,
      186.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "A chord for each bar, round and round, such as \"Am F C G\"; an empty text leaves them to the model. The first is that of the bar in which the change is heard. names: a string of 0 to 500 characters. /magnet/chords",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-324",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      835.0,
      1470.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-325",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      835.0,
      1500.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-326",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1500.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-327",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1470.0,
      106.72,
      22.0
     ],
     "text": "r #0-set.chords"
    }
   },
   {
    "box": {
     "id": "obj-328",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      1590.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-329",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      1620.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-330",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1650.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-331",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      700.0,
      1650.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-332",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1710.0,
      160.48000000000002,
      22.0
     ],
     "text": "prepend /magnet/chords"
    }
   },
   {
    "box": {
     "id": "obj-333",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      1740.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-334",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      800.0,
      1446.0,
      48.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      246.0,
      48.0,
      18.0
     ],
     "text": "Chords",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-335",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Quantize",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-336",
     "maxclass": "live.menu",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "float"
     ],
     "patching_rect": [
      950.0,
      1590.0,
      80.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      592.0,
      194.0,
      70.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "Quantize",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Quantize",
       "parameter_shortname": "Quantize",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "beat",
        "bar"
       ],
       "parameter_mmax": 2,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0
       ],
       "parameter_info": "Prompts, weights, tempo, chords, again, knobs and recalled takes take effect at once (off), on the next beat, or on the next bar line. when: \"off\" or \"beat\" or \"bar\". /magnet/quantize",
       "parameter_annotation_name": "Quantize"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-337",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1145.0,
      1470.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-338",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1470.0,
      118.24,
      22.0
     ],
     "text": "r #0-set.quantize"
    }
   },
   {
    "box": {
     "id": "obj-339",
     "maxclass": "newobj",
     "numinlets": 4,
     "numoutlets": 4,
     "outlettype": [
      "bang",
      "bang",
      "bang",
      ""
     ],
     "patching_rect": [
      950.0,
      1500.0,
      108.16,
      22.0
     ],
     "text": "sel off beat bar"
    }
   },
   {
    "box": {
     "id": "obj-340",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1540.0,
      44.239999999999995,
      22.0
     ],
     "text": "set 0"
    }
   },
   {
    "box": {
     "id": "obj-341",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1010.0,
      1540.0,
      41.36,
      22.0
     ],
     "text": "set 1"
    }
   },
   {
    "box": {
     "id": "obj-342",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1070.0,
      1540.0,
      44.239999999999995,
      22.0
     ],
     "text": "set 2"
    }
   },
   {
    "box": {
     "id": "obj-343",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1620.0,
      172.0,
      22.0
     ],
     "text": "prepend /magnet/quantize"
    }
   },
   {
    "box": {
     "id": "obj-344",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      1650.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-345",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1110.0,
      1446.0,
      84.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      194.0,
      84.0,
      18.0
     ],
     "text": "Changes act on",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-346",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Tap Tempo",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-347",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      1530.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      668.0,
      164.0,
      74.0,
      22.0
     ],
     "mode": 0,
     "text": "Tap",
     "texton": "Tap",
     "parameter_enable": 1,
     "varname": "Tap Tempo",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Tap Tempo",
       "parameter_shortname": "Tap",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Tap the beat: two taps or more set the tempo, by the median of their intervals, and each says where a beat is. Right before /magnet/play they count in. /magnet/tap",
       "parameter_annotation_name": "Tap Tempo"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-348",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1620.0,
      85.03999999999999,
      22.0
     ],
     "text": "/magnet/tap"
    }
   },
   {
    "box": {
     "id": "obj-349",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      1650.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-350",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Loop Bars",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-351",
     "maxclass": "live.numbox",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1570.0,
      1530.0,
      60.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      592.0,
      220.0,
      44.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "Loop Bars",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Loop Bars",
       "parameter_shortname": "Loop",
       "parameter_type": 1,
       "parameter_modmode": 0,
       "parameter_mmin": 0,
       "parameter_mmax": 16,
       "parameter_unitstyle": 0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.0
       ],
       "parameter_info": "From the next bar on, loop so many bars of what is planned; 0 lets the music go on. bars: a whole number from 0 to 16 bars. /magnet/loop",
       "parameter_annotation_name": "Loop Bars"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-352",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1765.0,
      1470.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-353",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1500.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-354",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1470.0,
      92.32000000000001,
      22.0
     ],
     "text": "r #0-set.loop"
    }
   },
   {
    "box": {
     "id": "obj-355",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1570.0,
      1590.0,
      44.0,
      22.0
     ],
     "text": "int"
    }
   },
   {
    "box": {
     "id": "obj-356",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1620.0,
      146.08,
      22.0
     ],
     "text": "prepend /magnet/loop"
    }
   },
   {
    "box": {
     "id": "obj-357",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      1650.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-358",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1730.0,
      1446.0,
      84.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      508.0,
      220.0,
      84.0,
      18.0
     ],
     "text": "Loop (bars)",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-359",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Temperature",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-360",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1880.0,
      1530.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      24.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Temperature",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Temperature",
       "parameter_shortname": "Temp",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 10.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        3.0
       ],
       "parameter_info": "Sampling temperature of the infill. temperature: a number from 0 to 10. /magnet/param/temperature",
       "parameter_annotation_name": "Temperature"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-361",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2075.0,
      1470.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-362",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1500.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-363",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1470.0,
      137.44,
      22.0
     ],
     "text": "r #0-set.temperature"
    }
   },
   {
    "box": {
     "id": "obj-364",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1620.0,
      232.0,
      22.0
     ],
     "text": "prepend /magnet/param/temperature"
    }
   },
   {
    "box": {
     "id": "obj-365",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      1650.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-366",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      1446.0,
      155.0,
      20.0
     ],
     "text": "Top P",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-367",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      2190.0,
      1530.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      90.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Top P",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Top P",
       "parameter_shortname": "Top P",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 1.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.9
       ],
       "parameter_info": "Nucleus mass of the infill; 0 turns it off. top_p: a number from 0 to 1. /magnet/param/top_p",
       "parameter_annotation_name": "Top P"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-368",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2385.0,
      1470.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-369",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1500.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-370",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1470.0,
      99.52,
      22.0
     ],
     "text": "r #0-set.top_p"
    }
   },
   {
    "box": {
     "id": "obj-371",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1620.0,
      194.07999999999998,
      22.0
     ],
     "text": "prepend /magnet/param/top_p"
    }
   },
   {
    "box": {
     "id": "obj-372",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      1650.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-373",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Top K",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-374",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      20.0,
      1850.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      156.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Top K",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Top K",
       "parameter_shortname": "Top K",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 65536.0,
       "parameter_unitstyle": 0,
       "parameter_exponent": 8.0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.0
       ],
       "parameter_info": "Tokens kept where top_p is 0; 0 keeps all. top_k: 0 or a whole number from 1 to 65536 tokens. /magnet/param/top_k",
       "parameter_annotation_name": "Top K"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-375",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      215.0,
      1790.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-376",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-377",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1790.0,
      99.52,
      22.0
     ],
     "text": "r #0-set.top_k"
    }
   },
   {
    "box": {
     "id": "obj-378",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      20.0,
      1910.0,
      44.0,
      22.0
     ],
     "text": "int"
    }
   },
   {
    "box": {
     "id": "obj-379",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      1940.0,
      194.07999999999998,
      22.0
     ],
     "text": "prepend /magnet/param/top_k"
    }
   },
   {
    "box": {
     "id": "obj-380",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      1970.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-381",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Guidance",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-382",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      330.0,
      1850.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      222.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Guidance",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Guidance",
       "parameter_shortname": "Guide",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 30.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        10.0
       ],
       "parameter_info": "Guidance weight at the start of a stage. guidance: a number from 0 to 30. /magnet/param/guidance",
       "parameter_annotation_name": "Guidance"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-383",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      525.0,
      1790.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-384",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-385",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1790.0,
      121.12,
      22.0
     ],
     "text": "r #0-set.guidance"
    }
   },
   {
    "box": {
     "id": "obj-386",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      1940.0,
      215.68,
      22.0
     ],
     "text": "prepend /magnet/param/guidance"
    }
   },
   {
    "box": {
     "id": "obj-387",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      1970.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-388",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Guidance End",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-389",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      640.0,
      1850.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      288.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Guidance End",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Guidance End",
       "parameter_shortname": "G End",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 30.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Guidance weight at the end of a stage. guidance_min: a number from 0 to 30. /magnet/param/guidance_min",
       "parameter_annotation_name": "Guidance End"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-390",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      835.0,
      1790.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-391",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-392",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1790.0,
      150.4,
      22.0
     ],
     "text": "r #0-set.guidance_min"
    }
   },
   {
    "box": {
     "id": "obj-393",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      1940.0,
      244.95999999999998,
      22.0
     ],
     "text": "prepend /magnet/param/guidance_min"
    }
   },
   {
    "box": {
     "id": "obj-394",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      1970.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-395",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Steps",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-396",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      950.0,
      1850.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      72.0,
      450.0,
      110.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "20,10,10,10",
     "hint": "Forward passes of each codebook's stage. steps: a whole number from 1 to 200 passes, or a string of such numbers, one for each codebook, like \"20,10,10,10\". /magnet/param/steps",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-397",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1145.0,
      1790.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-398",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "bang"
     ],
     "patching_rect": [
      1145.0,
      1820.0,
      31.839999999999996,
      22.0
     ],
     "text": "t b"
    }
   },
   {
    "box": {
     "id": "obj-399",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-400",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1790.0,
      99.52,
      22.0
     ],
     "text": "r #0-set.steps"
    }
   },
   {
    "box": {
     "id": "obj-401",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      950.0,
      1910.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-402",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      950.0,
      1940.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-403",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      1970.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-404",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1010.0,
      1970.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-405",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      2030.0,
      194.07999999999998,
      22.0
     ],
     "text": "prepend /magnet/param/steps"
    }
   },
   {
    "box": {
     "id": "obj-406",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      2060.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-407",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1110.0,
      1766.0,
      46.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      24.0,
      452.0,
      46.0,
      18.0
     ],
     "text": "Steps",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-408",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Seed",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-409",
     "maxclass": "live.numbox",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1260.0,
      1850.0,
      60.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      242.0,
      452.0,
      80.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "Seed",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Seed",
       "parameter_shortname": "Seed",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 16777215.0,
       "parameter_unitstyle": 0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.0
       ],
       "parameter_info": "Seed of the session's randomness. seed: a whole number from 0 to 2147483647. /magnet/param/seed",
       "parameter_annotation_name": "Seed"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-410",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1455.0,
      1790.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-411",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-412",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1790.0,
      95.19999999999999,
      22.0
     ],
     "text": "r #0-set.seed"
    }
   },
   {
    "box": {
     "id": "obj-413",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1260.0,
      1910.0,
      44.0,
      22.0
     ],
     "text": "int"
    }
   },
   {
    "box": {
     "id": "obj-414",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      1940.0,
      189.76,
      22.0
     ],
     "text": "prepend /magnet/param/seed"
    }
   },
   {
    "box": {
     "id": "obj-415",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      1970.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-416",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1420.0,
      1766.0,
      40.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      200.0,
      452.0,
      40.0,
      18.0
     ],
     "text": "Seed",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-417",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Prefix Temperature",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-418",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1570.0,
      1850.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      24.0,
      388.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Prefix Temperature",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prefix Temperature",
       "parameter_shortname": "Pre Temp",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 10.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1.0
       ],
       "parameter_info": "Sampling temperature of the prefix. prefix_temperature: a number from 0 to 10. /magnet/param/prefix_temperature",
       "parameter_annotation_name": "Prefix Temperature"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-419",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1765.0,
      1790.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-420",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-421",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1790.0,
      179.20000000000002,
      22.0
     ],
     "text": "r #0-set.prefix_temperature"
    }
   },
   {
    "box": {
     "id": "obj-422",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      1940.0,
      273.76,
      22.0
     ],
     "text": "prepend /magnet/param/prefix_temperature"
    }
   },
   {
    "box": {
     "id": "obj-423",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      1970.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-424",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Prefix Top K",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-425",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1880.0,
      1850.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      90.0,
      388.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Prefix Top K",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prefix Top K",
       "parameter_shortname": "Pre K",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 65536.0,
       "parameter_unitstyle": 0,
       "parameter_exponent": 8.0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        250.0
       ],
       "parameter_info": "Tokens kept in the prefix; 0 keeps all. prefix_top_k: 0 or a whole number from 1 to 65536 tokens. /magnet/param/prefix_top_k",
       "parameter_annotation_name": "Prefix Top K"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-426",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2075.0,
      1790.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-427",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-428",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1790.0,
      141.28,
      22.0
     ],
     "text": "r #0-set.prefix_top_k"
    }
   },
   {
    "box": {
     "id": "obj-429",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1880.0,
      1910.0,
      44.0,
      22.0
     ],
     "text": "int"
    }
   },
   {
    "box": {
     "id": "obj-430",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      1940.0,
      235.84,
      22.0
     ],
     "text": "prepend /magnet/param/prefix_top_k"
    }
   },
   {
    "box": {
     "id": "obj-431",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      1970.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-432",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      1766.0,
      155.0,
      20.0
     ],
     "text": "Prefix Guidance",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-433",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      2190.0,
      1850.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      156.0,
      388.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Prefix Guidance",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Prefix Guidance",
       "parameter_shortname": "Pre G",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 30.0,
       "parameter_unitstyle": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        3.0
       ],
       "parameter_info": "Guidance weight of the prefix. prefix_guidance: a number from 0 to 30. /magnet/param/prefix_guidance",
       "parameter_annotation_name": "Prefix Guidance"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-434",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2385.0,
      1790.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-435",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1820.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-436",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1790.0,
      162.88,
      22.0
     ],
     "text": "r #0-set.prefix_guidance"
    }
   },
   {
    "box": {
     "id": "obj-437",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      1940.0,
      257.44,
      22.0
     ],
     "text": "prepend /magnet/param/prefix_guidance"
    }
   },
   {
    "box": {
     "id": "obj-438",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      1970.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-439",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Window",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-440",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      20.0,
      2170.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      420.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Window",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Window",
       "parameter_shortname": "Window",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.5,
       "parameter_mmax": 30.0,
       "parameter_unitstyle": 9,
       "parameter_units": "%.2f s",
       "parameter_exponent": 3.129,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        10.0
       ],
       "parameter_info": "Music planned at a time. window_s: a number from 0.5 to 30 s. /magnet/param/window_s",
       "parameter_annotation_name": "Window"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-441",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      215.0,
      2110.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-442",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      2140.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-443",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      2110.0,
      127.84,
      22.0
     ],
     "text": "r #0-set.window_s"
    }
   },
   {
    "box": {
     "id": "obj-444",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      2260.0,
      222.39999999999998,
      22.0
     ],
     "text": "prepend /magnet/param/window_s"
    }
   },
   {
    "box": {
     "id": "obj-445",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-446",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Context",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-447",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      330.0,
      2170.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      222.0,
      388.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Context",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Context",
       "parameter_shortname": "Context",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 30.0,
       "parameter_unitstyle": 9,
       "parameter_units": "%.2f s",
       "parameter_initial_enable": 1,
       "parameter_initial": [
        5.0
       ],
       "parameter_info": "Music heard that a plan goes on from. context_s: a number from 0 to 30 s. /magnet/param/context_s",
       "parameter_annotation_name": "Context"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-448",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      525.0,
      2110.0,
      101.44,
      22.0
     ],
     "text": "r #0-push.own"
    }
   },
   {
    "box": {
     "id": "obj-449",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      2140.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-450",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      2110.0,
      125.44,
      22.0
     ],
     "text": "r #0-set.context_s"
    }
   },
   {
    "box": {
     "id": "obj-451",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      2260.0,
      220.0,
      22.0
     ],
     "text": "prepend /magnet/param/context_s"
    }
   },
   {
    "box": {
     "id": "obj-452",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-453",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Slew",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-454",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      640.0,
      2170.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      354.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Slew",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Slew",
       "parameter_shortname": "Slew",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 0.0,
       "parameter_mmax": 10.0,
       "parameter_unitstyle": 9,
       "parameter_units": "%.2f s",
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.25
       ],
       "parameter_info": "How long guidance, temperature and weights take to reach a new value. slew_s: a number from 0 to 10 s. /magnet/param/slew_s",
       "parameter_annotation_name": "Slew"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-455",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      835.0,
      2110.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-456",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      2140.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-457",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      2110.0,
      110.08,
      22.0
     ],
     "text": "r #0-set.slew_s"
    }
   },
   {
    "box": {
     "id": "obj-458",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      2260.0,
      204.64,
      22.0
     ],
     "text": "prepend /magnet/param/slew_s"
    }
   },
   {
    "box": {
     "id": "obj-459",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-460",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Lead",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-461",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      950.0,
      2170.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      578.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Lead",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Lead",
       "parameter_shortname": "Lead",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": 40.0,
       "parameter_mmax": 2000.0,
       "parameter_unitstyle": 2,
       "parameter_exponent": 3.013,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        250.0
       ],
       "parameter_info": "How far ahead of the playhead audio is sent: the latency of controls, and the safety. A machine that is too slow for it takes more. lead_ms: a number from 40 to 2000 ms. /magnet/param/lead_ms",
       "parameter_annotation_name": "Lead"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-462",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1145.0,
      2110.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-463",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      2140.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-464",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      2110.0,
      117.28,
      22.0
     ],
     "text": "r #0-set.lead_ms"
    }
   },
   {
    "box": {
     "id": "obj-465",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      2260.0,
      211.84,
      22.0
     ],
     "text": "prepend /magnet/param/lead_ms"
    }
   },
   {
    "box": {
     "id": "obj-466",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-467",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Stream Gain",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-468",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1260.0,
      2170.0,
      60.0,
      48.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      332.0,
      58.0,
      48.0
     ],
     "parameter_enable": 1,
     "varname": "Stream Gain",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Stream Gain",
       "parameter_shortname": "Gain",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": -60.0,
       "parameter_mmax": 12.0,
       "parameter_unitstyle": 4,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.0
       ],
       "parameter_info": "Loudness of the stream. gain_db: a number from -60 to 12 dB. /magnet/param/gain_db",
       "parameter_annotation_name": "Stream Gain"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-469",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1455.0,
      2110.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-470",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      2140.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-471",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      2110.0,
      113.92,
      22.0
     ],
     "text": "r #0-set.gain_db"
    }
   },
   {
    "box": {
     "id": "obj-472",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      2260.0,
      208.48000000000002,
      22.0
     ],
     "text": "prepend /magnet/param/gain_db"
    }
   },
   {
    "box": {
     "id": "obj-473",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-474",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Even Level",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-475",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1570.0,
      2170.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      652.0,
      346.0,
      90.0,
      22.0
     ],
     "mode": 1,
     "text": "Level: as is",
     "texton": "Level: even",
     "parameter_enable": 1,
     "varname": "Even Level",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Even Level",
       "parameter_shortname": "Level",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        1
       ],
       "parameter_info": "1 keeps the music at an even level, whatever is played; 0 leaves it as the model made it. level: a whole number from 0 to 1. /magnet/param/level",
       "parameter_annotation_name": "Even Level"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-476",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1765.0,
      2110.0,
      72.16,
      22.0
     ],
     "text": "r #0-push"
    }
   },
   {
    "box": {
     "id": "obj-477",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      2140.0,
      86.56,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-478",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      2110.0,
      96.64000000000001,
      22.0
     ],
     "text": "r #0-set.level"
    }
   },
   {
    "box": {
     "id": "obj-479",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      2260.0,
      191.2,
      22.0
     ],
     "text": "prepend /magnet/param/level"
    }
   },
   {
    "box": {
     "id": "obj-480",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-481",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Record Input",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-482",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1880.0,
      2170.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      772.0,
      412.0,
      90.0,
      22.0
     ],
     "mode": 1,
     "text": "Record",
     "texton": "Recording",
     "parameter_enable": 1,
     "varname": "Record Input",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Record Input",
       "parameter_shortname": "Record",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0
       ],
       "parameter_info": "1 records what comes in from the sound card (--audio-in) or by WebSocket, up to 30 s, and 0 ends the phrase. on: a whole number from 0 to 1. /magnet/input/record",
       "parameter_annotation_name": "Record Input"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-483",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      2260.0,
      192.16,
      22.0
     ],
     "text": "prepend /magnet/input/record"
    }
   },
   {
    "box": {
     "id": "obj-484",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-485",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      2086.0,
      155.0,
      20.0
     ],
     "text": "Use Input",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-486",
     "maxclass": "live.menu",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "float"
     ],
     "patching_rect": [
      2190.0,
      2230.0,
      80.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      918.0,
      414.0,
      76.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "Use Input",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Use Input",
       "parameter_shortname": "Use",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "continue",
        "context",
        "off"
       ],
       "parameter_mmax": 2,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0
       ],
       "parameter_info": "Let the music go on from the phrase that was recorded, now (continue), or let later plans know it beside what was heard last (context), or not any more (off). how: \"continue\" or \"context\" or \"off\". /magnet/input/use",
       "parameter_annotation_name": "Use Input"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-487",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      2190.0,
      2260.0,
      176.32000000000002,
      22.0
     ],
     "text": "prepend /magnet/input/use"
    }
   },
   {
    "box": {
     "id": "obj-488",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2190.0,
      2290.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-489",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2350.0,
      2086.0,
      40.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      868.0,
      414.0,
      40.0,
      18.0
     ],
     "text": "Use as",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-490",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      2406.0,
      155.0,
      20.0
     ],
     "text": "Take Keep",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-491",
     "maxclass": "live.numbox",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      120.0,
      2490.0,
      50.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      576.0,
      442.0,
      40.0,
      16.0
     ],
     "parameter_enable": 1,
     "varname": "Keep Bars",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Keep Bars",
       "parameter_shortname": "Bars",
       "parameter_type": 1,
       "parameter_modmode": 0,
       "parameter_mmin": 0,
       "parameter_mmax": 64,
       "parameter_unitstyle": 0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        4.0
       ],
       "parameter_info": "Keep the last whole bars as a take, and write them as a WAV file; 0 keeps the loop that plays, or else everything since the last take. bars: a whole number from 0 to 64 bars; name: a string of 0 to 64 characters. /magnet/take/keep",
       "parameter_annotation_name": "Keep Bars"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-492",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      20.0,
      2550.0,
      44.0,
      22.0
     ],
     "text": "i 4"
    }
   },
   {
    "box": {
     "id": "obj-493",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      140.0,
      2550.0,
      72.16,
      22.0
     ],
     "text": "s #0-bars"
    }
   },
   {
    "box": {
     "id": "obj-494",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      20.0,
      2490.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      440.0,
      60.0,
      22.0
     ],
     "mode": 0,
     "text": "Keep",
     "texton": "Keep",
     "parameter_enable": 1,
     "varname": "Take Keep",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Take Keep",
       "parameter_shortname": "Keep",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Keep the last whole bars as a take, and write them as a WAV file; 0 keeps the loop that plays, or else everything since the last take. bars: a whole number from 0 to 64 bars; name: a string of 0 to 64 characters. /magnet/take/keep",
       "parameter_annotation_name": "Take Keep"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-495",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      20.0,
      2580.0,
      179.2,
      22.0
     ],
     "text": "prepend /magnet/take/keep"
    }
   },
   {
    "box": {
     "id": "obj-496",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20.0,
      2610.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-497",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      2406.0,
      155.0,
      20.0
     ],
     "text": "Take Recall",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-498",
     "maxclass": "umenu",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "int",
      "",
      ""
     ],
     "patching_rect": [
      330.0,
      2580.0,
      140.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      570.0,
      468.0,
      112.0,
      22.0
     ],
     "fontsize": 11.0,
     "hint": "Play a take again, and go on from its end; words and parameters become those it was kept with. name: a string of 1 to 64 characters. /magnet/take/recall"
    }
   },
   {
    "box": {
     "id": "obj-499",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      330.0,
      2460.0,
      44.0,
      22.0
     ],
     "text": "t l b"
    }
   },
   {
    "box": {
     "id": "obj-500",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      2430.0,
      92.32000000000001,
      22.0
     ],
     "text": "r #0-in.takes"
    }
   },
   {
    "box": {
     "id": "obj-501",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      390.0,
      2490.0,
      44.239999999999995,
      22.0
     ],
     "text": "clear"
    }
   },
   {
    "box": {
     "id": "obj-502",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      330.0,
      2520.0,
      168.16,
      22.0
     ],
     "text": "zl.iter 1 @zlmaxsize 1024"
    }
   },
   {
    "box": {
     "id": "obj-503",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      2550.0,
      111.03999999999999,
      22.0
     ],
     "text": "prepend append"
    }
   },
   {
    "box": {
     "id": "obj-504",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      510.0,
      2520.0,
      70.72,
      22.0
     ],
     "text": "unpack s"
    }
   },
   {
    "box": {
     "id": "obj-505",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      510.0,
      2490.0,
      85.12,
      22.0
     ],
     "text": "r #0-in.take"
    }
   },
   {
    "box": {
     "id": "obj-506",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      330.0,
      2610.0,
      184.96,
      22.0
     ],
     "text": "prepend /magnet/take/recall"
    }
   },
   {
    "box": {
     "id": "obj-507",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      330.0,
      2640.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-508",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      2406.0,
      155.0,
      20.0
     ],
     "text": "Undo Take",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-509",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      640.0,
      2490.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      690.0,
      440.0,
      52.0,
      22.0
     ],
     "mode": 0,
     "text": "Undo",
     "texton": "Undo",
     "parameter_enable": 1,
     "varname": "Undo Take",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Undo Take",
       "parameter_shortname": "Undo",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Go back to the music, words and parameters before the last recall, again, reset or phrase that was gone on from, or change of a prompt, a weight, the chords or the tempo; once more for the one before. /magnet/take/undo",
       "parameter_annotation_name": "Undo Take"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-510",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      640.0,
      2580.0,
      125.35999999999999,
      22.0
     ],
     "text": "/magnet/take/undo"
    }
   },
   {
    "box": {
     "id": "obj-511",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      640.0,
      2610.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-512",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      2406.0,
      155.0,
      20.0
     ],
     "text": "List Takes",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-513",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      950.0,
      2490.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      690.0,
      468.0,
      52.0,
      22.0
     ],
     "mode": 0,
     "text": "List",
     "texton": "List",
     "parameter_enable": 1,
     "varname": "List Takes",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "List Takes",
       "parameter_shortname": "List",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Answered by /magnet/take/list.reply: the names of the takes. /magnet/take/list",
       "parameter_annotation_name": "List Takes"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-514",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      950.0,
      2580.0,
      116.72,
      22.0
     ],
     "text": "/magnet/take/list"
    }
   },
   {
    "box": {
     "id": "obj-515",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      950.0,
      2610.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-516",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      2406.0,
      155.0,
      20.0
     ],
     "text": "Token",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-517",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      2490.0,
      150.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      570.0,
      600.0,
      170.0,
      22.0
     ],
     "keymode": 1,
     "outputmode": 1,
     "lines": 1,
     "text": "",
     "hint": "Show the token; needed from any address but this machine. token: a string of 1 to 256 characters. /magnet/token",
     "fontsize": 11.0
    }
   },
   {
    "box": {
     "id": "obj-518",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      2550.0,
      73.6,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-519",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1260.0,
      2580.0,
      79.36,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-520",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      2610.0,
      28.4,
      22.0
     ],
     "text": "\"\""
    }
   },
   {
    "box": {
     "id": "obj-521",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1320.0,
      2610.0,
      71.19999999999999,
      22.0
     ],
     "text": "tosymbol"
    }
   },
   {
    "box": {
     "id": "obj-522",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1260.0,
      2670.0,
      153.28000000000003,
      22.0
     ],
     "text": "prepend /magnet/token"
    }
   },
   {
    "box": {
     "id": "obj-523",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1260.0,
      2700.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-524",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1420.0,
      2406.0,
      56.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      512.0,
      602.0,
      56.0,
      18.0
     ],
     "text": "Token",
     "fontsize": 10.0
    }
   },
   {
    "box": {
     "id": "obj-525",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      2406.0,
      155.0,
      20.0
     ],
     "text": "Status",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-526",
     "maxclass": "live.text",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1570.0,
      2490.0,
      80.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      758.0,
      566.0,
      76.0,
      22.0
     ],
     "mode": 0,
     "text": "Status",
     "texton": "Status",
     "parameter_enable": 1,
     "varname": "Status",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Status",
       "parameter_shortname": "Status",
       "parameter_type": 2,
       "parameter_modmode": 0,
       "parameter_enum": [
        "off",
        "on"
       ],
       "parameter_mmax": 1,
       "parameter_info": "Answered by /magnet/status.reply: names and values in turn. /magnet/status",
       "parameter_annotation_name": "Status"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-527",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1570.0,
      2580.0,
      103.75999999999999,
      22.0
     ],
     "text": "/magnet/status"
    }
   },
   {
    "box": {
     "id": "obj-528",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1570.0,
      2610.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-529",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      2406.0,
      155.0,
      20.0
     ],
     "text": "Sync",
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-530",
     "maxclass": "live.numbox",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      1880.0,
      2490.0,
      60.0,
      18.0
     ],
     "presentation": 1,
     "presentation_rect": [
      900.0,
      602.0,
      80.0,
      18.0
     ],
     "parameter_enable": 1,
     "varname": "Sync",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "Sync",
       "parameter_shortname": "Sync",
       "parameter_type": 0,
       "parameter_modmode": 0,
       "parameter_mmin": -16777215.0,
       "parameter_mmax": 16777215.0,
       "parameter_unitstyle": 0,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0.0
       ],
       "parameter_info": "Answered by /magnet/synced when all this sender sent before is answered. id: a whole number from -2147483648 to 2147483647. /magnet/sync",
       "parameter_annotation_name": "Sync"
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-531",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1880.0,
      2550.0,
      44.0,
      22.0
     ],
     "text": "int"
    }
   },
   {
    "box": {
     "id": "obj-532",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1880.0,
      2580.0,
      148.96,
      22.0
     ],
     "text": "prepend /magnet/sync"
    }
   },
   {
    "box": {
     "id": "obj-533",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1880.0,
      2610.0,
      67.83999999999999,
      22.0
     ],
     "text": "s #0-osc"
    }
   },
   {
    "box": {
     "id": "obj-534",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      2040.0,
      2406.0,
      38.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      860.0,
      602.0,
      38.0,
      18.0
     ],
     "text": "Sync",
     "fontsize": 10.0
    }
   }
  ],
  "lines": [
   {
    "patchline": {
     "source": [
      "obj-23",
      0
     ],
     "destination": [
      "obj-22",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-26",
      0
     ],
     "destination": [
      "obj-24",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-24",
      0
     ],
     "destination": [
      "obj-25",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-28",
      0
     ],
     "destination": [
      "obj-27",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-27",
      0
     ],
     "destination": [
      "obj-30",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-30",
      0
     ],
     "destination": [
      "obj-29",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-27",
      1
     ],
     "destination": [
      "obj-31",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-31",
      0
     ],
     "destination": [
      "obj-29",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-27",
      2
     ],
     "destination": [
      "obj-29",
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-29",
      0
     ],
     "destination": [
      "obj-32",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-32",
      0
     ],
     "destination": [
      "obj-33",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-34",
      0
     ],
     "destination": [
      "obj-35",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-35",
      0
     ],
     "destination": [
      "obj-36",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-36",
      1
     ],
     "destination": [
      "obj-37",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-36",
      0
     ],
     "destination": [
      "obj-38",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-44",
      0
     ],
     "destination": [
      "obj-43",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-43",
      0
     ],
     "destination": [
      "obj-45",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-45",
      0
     ],
     "destination": [
      "obj-46",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-43",
      1
     ],
     "destination": [
      "obj-47",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-47",
      0
     ],
     "destination": [
      "obj-48",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-49",
      0
     ],
     "destination": [
      "obj-50",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-50",
      4
     ],
     "destination": [
      "obj-51",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-51",
      0
     ],
     "destination": [
      "obj-52",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-52",
      0
     ],
     "destination": [
      "obj-53",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-53",
      0
     ],
     "destination": [
      "obj-54",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-54",
      0
     ],
     "destination": [
      "obj-55",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-53",
      1
     ],
     "destination": [
      "obj-55",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-55",
      0
     ],
     "destination": [
      "obj-56",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-50",
      1
     ],
     "destination": [
      "obj-57",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-57",
      0
     ],
     "destination": [
      "obj-58",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-58",
      0
     ],
     "destination": [
      "obj-59",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-59",
      0
     ],
     "destination": [
      "obj-60",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-60",
      0
     ],
     "destination": [
      "obj-61",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-59",
      1
     ],
     "destination": [
      "obj-61",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-61",
      0
     ],
     "destination": [
      "obj-62",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-50",
      3
     ],
     "destination": [
      "obj-64",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-64",
      0
     ],
     "destination": [
      "obj-63",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-63",
      0
     ],
     "destination": [
      "obj-65",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-65",
      0
     ],
     "destination": [
      "obj-66",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-50",
      2
     ],
     "destination": [
      "obj-68",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-68",
      0
     ],
     "destination": [
      "obj-67",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-67",
      0
     ],
     "destination": [
      "obj-69",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-69",
      0
     ],
     "destination": [
      "obj-70",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-50",
      0
     ],
     "destination": [
      "obj-71",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-77",
      0
     ],
     "destination": [
      "obj-78",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-80",
      0
     ],
     "destination": [
      "obj-81",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-84",
      0
     ],
     "destination": [
      "obj-83",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-83",
      0
     ],
     "destination": [
      "obj-82",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-85",
      0
     ],
     "destination": [
      "obj-82",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-86",
      0
     ],
     "destination": [
      "obj-82",
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-81",
      0
     ],
     "destination": [
      "obj-83",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-81",
      1
     ],
     "destination": [
      "obj-88",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-82",
      0
     ],
     "destination": [
      "obj-87",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      0
     ],
     "destination": [
      "obj-89",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-88",
      0
     ],
     "destination": [
      "obj-89",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-89",
      2
     ],
     "destination": [
      "obj-90",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-90",
      0
     ],
     "destination": [
      "obj-91",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-91",
      0
     ],
     "destination": [
      "obj-92",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-90",
      1
     ],
     "destination": [
      "obj-93",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-93",
      0
     ],
     "destination": [
      "obj-94",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-97",
      0
     ],
     "destination": [
      "obj-98",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-96",
      0
     ],
     "destination": [
      "obj-98",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-89",
      0
     ],
     "destination": [
      "obj-98",
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-98",
      0
     ],
     "destination": [
      "obj-95",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-97",
      0
     ],
     "destination": [
      "obj-99",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-96",
      1
     ],
     "destination": [
      "obj-99",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-89",
      1
     ],
     "destination": [
      "obj-99",
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-99",
      0
     ],
     "destination": [
      "obj-95",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-95",
      0
     ],
     "destination": [
      "obj-100",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-95",
      1
     ],
     "destination": [
      "obj-100",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-103",
      0
     ],
     "destination": [
      "obj-101",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-101",
      0
     ],
     "destination": [
      "obj-102",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-104",
      0
     ],
     "destination": [
      "obj-105",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-117",
      0
     ],
     "destination": [
      "obj-115",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-115",
      2
     ],
     "destination": [
      "obj-116",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-116",
      0
     ],
     "destination": [
      "obj-118",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-118",
      0
     ],
     "destination": [
      "obj-119",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-116",
      2
     ],
     "destination": [
      "obj-120",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-120",
      0
     ],
     "destination": [
      "obj-121",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-127",
      0
     ],
     "destination": [
      "obj-125",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-125",
      0
     ],
     "destination": [
      "obj-124",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-124",
      0
     ],
     "destination": [
      "obj-126",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-130",
      0
     ],
     "destination": [
      "obj-128",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-128",
      0
     ],
     "destination": [
      "obj-129",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-128",
      2
     ],
     "destination": [
      "obj-129",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-129",
      0
     ],
     "destination": [
      "obj-131",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-131",
      0
     ],
     "destination": [
      "obj-132",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-135",
      0
     ],
     "destination": [
      "obj-133",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-133",
      0
     ],
     "destination": [
      "obj-134",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-133",
      1
     ],
     "destination": [
      "obj-134",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-134",
      0
     ],
     "destination": [
      "obj-136",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-136",
      0
     ],
     "destination": [
      "obj-137",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-140",
      0
     ],
     "destination": [
      "obj-138",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-138",
      0
     ],
     "destination": [
      "obj-139",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-139",
      0
     ],
     "destination": [
      "obj-141",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-141",
      0
     ],
     "destination": [
      "obj-142",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-145",
      0
     ],
     "destination": [
      "obj-143",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-143",
      0
     ],
     "destination": [
      "obj-144",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-143",
      1
     ],
     "destination": [
      "obj-144",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-143",
      2
     ],
     "destination": [
      "obj-144",
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-144",
      0
     ],
     "destination": [
      "obj-146",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-146",
      0
     ],
     "destination": [
      "obj-147",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-150",
      0
     ],
     "destination": [
      "obj-148",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-148",
      0
     ],
     "destination": [
      "obj-149",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-148",
      1
     ],
     "destination": [
      "obj-149",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-148",
      2
     ],
     "destination": [
      "obj-149",
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-149",
      0
     ],
     "destination": [
      "obj-151",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-151",
      0
     ],
     "destination": [
      "obj-152",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-155",
      0
     ],
     "destination": [
      "obj-153",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-153",
      0
     ],
     "destination": [
      "obj-154",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-153",
      1
     ],
     "destination": [
      "obj-154",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-154",
      0
     ],
     "destination": [
      "obj-156",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-156",
      0
     ],
     "destination": [
      "obj-157",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-160",
      0
     ],
     "destination": [
      "obj-158",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-158",
      0
     ],
     "destination": [
      "obj-159",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-159",
      0
     ],
     "destination": [
      "obj-161",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-161",
      0
     ],
     "destination": [
      "obj-162",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-164",
      0
     ],
     "destination": [
      "obj-165",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-165",
      0
     ],
     "destination": [
      "obj-166",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-168",
      0
     ],
     "destination": [
      "obj-169",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-169",
      0
     ],
     "destination": [
      "obj-170",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-172",
      0
     ],
     "destination": [
      "obj-173",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-173",
      0
     ],
     "destination": [
      "obj-174",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-175",
      0
     ],
     "destination": [
      "obj-176",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-176",
      0
     ],
     "destination": [
      "obj-177",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-181",
      0
     ],
     "destination": [
      "obj-180",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-180",
      0
     ],
     "destination": [
      "obj-179",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-179",
      0
     ],
     "destination": [
      "obj-182",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-182",
      0
     ],
     "destination": [
      "obj-183",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-183",
      0
     ],
     "destination": [
      "obj-184",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-184",
      0
     ],
     "destination": [
      "obj-185",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-183",
      1
     ],
     "destination": [
      "obj-185",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-185",
      0
     ],
     "destination": [
      "obj-186",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-186",
      0
     ],
     "destination": [
      "obj-187",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-191",
      0
     ],
     "destination": [
      "obj-192",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-192",
      0
     ],
     "destination": [
      "obj-190",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-194",
      0
     ],
     "destination": [
      "obj-193",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-193",
      0
     ],
     "destination": [
      "obj-190",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-190",
      0
     ],
     "destination": [
      "obj-195",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-195",
      0
     ],
     "destination": [
      "obj-196",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-196",
      0
     ],
     "destination": [
      "obj-197",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-197",
      0
     ],
     "destination": [
      "obj-198",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-196",
      1
     ],
     "destination": [
      "obj-198",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-198",
      0
     ],
     "destination": [
      "obj-199",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-199",
      0
     ],
     "destination": [
      "obj-200",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-204",
      0
     ],
     "destination": [
      "obj-203",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-206",
      0
     ],
     "destination": [
      "obj-205",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-205",
      0
     ],
     "destination": [
      "obj-203",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-203",
      0
     ],
     "destination": [
      "obj-207",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-207",
      0
     ],
     "destination": [
      "obj-208",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-211",
      0
     ],
     "destination": [
      "obj-212",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-212",
      0
     ],
     "destination": [
      "obj-210",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-214",
      0
     ],
     "destination": [
      "obj-213",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-213",
      0
     ],
     "destination": [
      "obj-210",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-210",
      0
     ],
     "destination": [
      "obj-215",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-215",
      0
     ],
     "destination": [
      "obj-216",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-216",
      0
     ],
     "destination": [
      "obj-217",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-217",
      0
     ],
     "destination": [
      "obj-218",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-216",
      1
     ],
     "destination": [
      "obj-218",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-218",
      0
     ],
     "destination": [
      "obj-219",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-219",
      0
     ],
     "destination": [
      "obj-220",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-224",
      0
     ],
     "destination": [
      "obj-223",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-226",
      0
     ],
     "destination": [
      "obj-225",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-225",
      0
     ],
     "destination": [
      "obj-223",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-223",
      0
     ],
     "destination": [
      "obj-227",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-227",
      0
     ],
     "destination": [
      "obj-228",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-231",
      0
     ],
     "destination": [
      "obj-232",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-232",
      0
     ],
     "destination": [
      "obj-230",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-234",
      0
     ],
     "destination": [
      "obj-233",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-233",
      0
     ],
     "destination": [
      "obj-230",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-230",
      0
     ],
     "destination": [
      "obj-235",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-235",
      0
     ],
     "destination": [
      "obj-236",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-236",
      0
     ],
     "destination": [
      "obj-237",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-237",
      0
     ],
     "destination": [
      "obj-238",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-236",
      1
     ],
     "destination": [
      "obj-238",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-238",
      0
     ],
     "destination": [
      "obj-239",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-239",
      0
     ],
     "destination": [
      "obj-240",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-244",
      0
     ],
     "destination": [
      "obj-243",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-246",
      0
     ],
     "destination": [
      "obj-245",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-245",
      0
     ],
     "destination": [
      "obj-243",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-243",
      0
     ],
     "destination": [
      "obj-247",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-247",
      0
     ],
     "destination": [
      "obj-248",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-251",
      0
     ],
     "destination": [
      "obj-252",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-252",
      0
     ],
     "destination": [
      "obj-250",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-254",
      0
     ],
     "destination": [
      "obj-253",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-253",
      0
     ],
     "destination": [
      "obj-250",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-250",
      0
     ],
     "destination": [
      "obj-255",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-255",
      0
     ],
     "destination": [
      "obj-256",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-256",
      0
     ],
     "destination": [
      "obj-257",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-257",
      0
     ],
     "destination": [
      "obj-258",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-256",
      1
     ],
     "destination": [
      "obj-258",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-258",
      0
     ],
     "destination": [
      "obj-259",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-259",
      0
     ],
     "destination": [
      "obj-260",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-264",
      0
     ],
     "destination": [
      "obj-263",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-266",
      0
     ],
     "destination": [
      "obj-265",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-265",
      0
     ],
     "destination": [
      "obj-263",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-263",
      0
     ],
     "destination": [
      "obj-267",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-267",
      0
     ],
     "destination": [
      "obj-268",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-271",
      0
     ],
     "destination": [
      "obj-272",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-272",
      0
     ],
     "destination": [
      "obj-270",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-274",
      0
     ],
     "destination": [
      "obj-273",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-273",
      0
     ],
     "destination": [
      "obj-270",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-270",
      0
     ],
     "destination": [
      "obj-275",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-275",
      0
     ],
     "destination": [
      "obj-276",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-276",
      0
     ],
     "destination": [
      "obj-277",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-277",
      0
     ],
     "destination": [
      "obj-278",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-276",
      1
     ],
     "destination": [
      "obj-278",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-278",
      0
     ],
     "destination": [
      "obj-279",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-279",
      0
     ],
     "destination": [
      "obj-280",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-284",
      0
     ],
     "destination": [
      "obj-283",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-286",
      0
     ],
     "destination": [
      "obj-285",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-285",
      0
     ],
     "destination": [
      "obj-283",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-283",
      0
     ],
     "destination": [
      "obj-287",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-287",
      0
     ],
     "destination": [
      "obj-288",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-291",
      0
     ],
     "destination": [
      "obj-292",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-292",
      0
     ],
     "destination": [
      "obj-290",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-294",
      0
     ],
     "destination": [
      "obj-293",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-293",
      0
     ],
     "destination": [
      "obj-290",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-290",
      0
     ],
     "destination": [
      "obj-295",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-295",
      0
     ],
     "destination": [
      "obj-296",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-296",
      0
     ],
     "destination": [
      "obj-297",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-297",
      0
     ],
     "destination": [
      "obj-298",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-296",
      1
     ],
     "destination": [
      "obj-298",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-298",
      0
     ],
     "destination": [
      "obj-299",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-299",
      0
     ],
     "destination": [
      "obj-300",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-304",
      0
     ],
     "destination": [
      "obj-303",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-306",
      0
     ],
     "destination": [
      "obj-305",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-305",
      0
     ],
     "destination": [
      "obj-303",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-303",
      0
     ],
     "destination": [
      "obj-307",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-307",
      0
     ],
     "destination": [
      "obj-308",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-310",
      0
     ],
     "destination": [
      "obj-311",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-311",
      0
     ],
     "destination": [
      "obj-312",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-315",
      0
     ],
     "destination": [
      "obj-314",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-317",
      0
     ],
     "destination": [
      "obj-316",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-316",
      0
     ],
     "destination": [
      "obj-314",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-314",
      0
     ],
     "destination": [
      "obj-318",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-318",
      0
     ],
     "destination": [
      "obj-319",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-319",
      0
     ],
     "destination": [
      "obj-320",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-324",
      0
     ],
     "destination": [
      "obj-325",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-325",
      0
     ],
     "destination": [
      "obj-323",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-327",
      0
     ],
     "destination": [
      "obj-326",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-326",
      0
     ],
     "destination": [
      "obj-323",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-323",
      0
     ],
     "destination": [
      "obj-328",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-328",
      0
     ],
     "destination": [
      "obj-329",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-329",
      0
     ],
     "destination": [
      "obj-330",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-330",
      0
     ],
     "destination": [
      "obj-331",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-329",
      1
     ],
     "destination": [
      "obj-331",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-331",
      0
     ],
     "destination": [
      "obj-332",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-332",
      0
     ],
     "destination": [
      "obj-333",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-337",
      0
     ],
     "destination": [
      "obj-336",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-338",
      0
     ],
     "destination": [
      "obj-339",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-339",
      0
     ],
     "destination": [
      "obj-340",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-340",
      0
     ],
     "destination": [
      "obj-336",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-339",
      1
     ],
     "destination": [
      "obj-341",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-341",
      0
     ],
     "destination": [
      "obj-336",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-339",
      2
     ],
     "destination": [
      "obj-342",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-342",
      0
     ],
     "destination": [
      "obj-336",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-336",
      1
     ],
     "destination": [
      "obj-343",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-343",
      0
     ],
     "destination": [
      "obj-344",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-347",
      0
     ],
     "destination": [
      "obj-348",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-348",
      0
     ],
     "destination": [
      "obj-349",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-352",
      0
     ],
     "destination": [
      "obj-351",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-354",
      0
     ],
     "destination": [
      "obj-353",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-353",
      0
     ],
     "destination": [
      "obj-351",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-351",
      0
     ],
     "destination": [
      "obj-355",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-355",
      0
     ],
     "destination": [
      "obj-356",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-356",
      0
     ],
     "destination": [
      "obj-357",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-361",
      0
     ],
     "destination": [
      "obj-360",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-363",
      0
     ],
     "destination": [
      "obj-362",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-362",
      0
     ],
     "destination": [
      "obj-360",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-360",
      0
     ],
     "destination": [
      "obj-364",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-364",
      0
     ],
     "destination": [
      "obj-365",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-368",
      0
     ],
     "destination": [
      "obj-367",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-370",
      0
     ],
     "destination": [
      "obj-369",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-369",
      0
     ],
     "destination": [
      "obj-367",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-367",
      0
     ],
     "destination": [
      "obj-371",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-371",
      0
     ],
     "destination": [
      "obj-372",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-375",
      0
     ],
     "destination": [
      "obj-374",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-377",
      0
     ],
     "destination": [
      "obj-376",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-376",
      0
     ],
     "destination": [
      "obj-374",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-374",
      0
     ],
     "destination": [
      "obj-378",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-378",
      0
     ],
     "destination": [
      "obj-379",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-379",
      0
     ],
     "destination": [
      "obj-380",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-383",
      0
     ],
     "destination": [
      "obj-382",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-385",
      0
     ],
     "destination": [
      "obj-384",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-384",
      0
     ],
     "destination": [
      "obj-382",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-382",
      0
     ],
     "destination": [
      "obj-386",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-386",
      0
     ],
     "destination": [
      "obj-387",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-390",
      0
     ],
     "destination": [
      "obj-389",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-392",
      0
     ],
     "destination": [
      "obj-391",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-391",
      0
     ],
     "destination": [
      "obj-389",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-389",
      0
     ],
     "destination": [
      "obj-393",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-393",
      0
     ],
     "destination": [
      "obj-394",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-397",
      0
     ],
     "destination": [
      "obj-398",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-398",
      0
     ],
     "destination": [
      "obj-396",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-400",
      0
     ],
     "destination": [
      "obj-399",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-399",
      0
     ],
     "destination": [
      "obj-396",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-396",
      0
     ],
     "destination": [
      "obj-401",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-401",
      0
     ],
     "destination": [
      "obj-402",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-402",
      0
     ],
     "destination": [
      "obj-403",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-403",
      0
     ],
     "destination": [
      "obj-404",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-402",
      1
     ],
     "destination": [
      "obj-404",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-404",
      0
     ],
     "destination": [
      "obj-405",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-405",
      0
     ],
     "destination": [
      "obj-406",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-410",
      0
     ],
     "destination": [
      "obj-409",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-412",
      0
     ],
     "destination": [
      "obj-411",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-411",
      0
     ],
     "destination": [
      "obj-409",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-409",
      0
     ],
     "destination": [
      "obj-413",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-413",
      0
     ],
     "destination": [
      "obj-414",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-414",
      0
     ],
     "destination": [
      "obj-415",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-419",
      0
     ],
     "destination": [
      "obj-418",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-421",
      0
     ],
     "destination": [
      "obj-420",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-420",
      0
     ],
     "destination": [
      "obj-418",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-418",
      0
     ],
     "destination": [
      "obj-422",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-422",
      0
     ],
     "destination": [
      "obj-423",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-426",
      0
     ],
     "destination": [
      "obj-425",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-428",
      0
     ],
     "destination": [
      "obj-427",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-427",
      0
     ],
     "destination": [
      "obj-425",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-425",
      0
     ],
     "destination": [
      "obj-429",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-429",
      0
     ],
     "destination": [
      "obj-430",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-430",
      0
     ],
     "destination": [
      "obj-431",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-434",
      0
     ],
     "destination": [
      "obj-433",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-436",
      0
     ],
     "destination": [
      "obj-435",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-435",
      0
     ],
     "destination": [
      "obj-433",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-433",
      0
     ],
     "destination": [
      "obj-437",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-437",
      0
     ],
     "destination": [
      "obj-438",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-441",
      0
     ],
     "destination": [
      "obj-440",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-443",
      0
     ],
     "destination": [
      "obj-442",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-442",
      0
     ],
     "destination": [
      "obj-440",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-440",
      0
     ],
     "destination": [
      "obj-444",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-444",
      0
     ],
     "destination": [
      "obj-445",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-448",
      0
     ],
     "destination": [
      "obj-447",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-450",
      0
     ],
     "destination": [
      "obj-449",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-449",
      0
     ],
     "destination": [
      "obj-447",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-447",
      0
     ],
     "destination": [
      "obj-451",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-451",
      0
     ],
     "destination": [
      "obj-452",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-455",
      0
     ],
     "destination": [
      "obj-454",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-457",
      0
     ],
     "destination": [
      "obj-456",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-456",
      0
     ],
     "destination": [
      "obj-454",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-454",
      0
     ],
     "destination": [
      "obj-458",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-458",
      0
     ],
     "destination": [
      "obj-459",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-462",
      0
     ],
     "destination": [
      "obj-461",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-464",
      0
     ],
     "destination": [
      "obj-463",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-463",
      0
     ],
     "destination": [
      "obj-461",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-461",
      0
     ],
     "destination": [
      "obj-465",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-465",
      0
     ],
     "destination": [
      "obj-466",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-469",
      0
     ],
     "destination": [
      "obj-468",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-471",
      0
     ],
     "destination": [
      "obj-470",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-470",
      0
     ],
     "destination": [
      "obj-468",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-468",
      0
     ],
     "destination": [
      "obj-472",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-472",
      0
     ],
     "destination": [
      "obj-473",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-476",
      0
     ],
     "destination": [
      "obj-475",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-478",
      0
     ],
     "destination": [
      "obj-477",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-477",
      0
     ],
     "destination": [
      "obj-475",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-475",
      0
     ],
     "destination": [
      "obj-479",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-479",
      0
     ],
     "destination": [
      "obj-480",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-482",
      0
     ],
     "destination": [
      "obj-483",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-483",
      0
     ],
     "destination": [
      "obj-484",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-486",
      1
     ],
     "destination": [
      "obj-487",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-487",
      0
     ],
     "destination": [
      "obj-488",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-491",
      0
     ],
     "destination": [
      "obj-492",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-491",
      0
     ],
     "destination": [
      "obj-493",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-494",
      0
     ],
     "destination": [
      "obj-492",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-492",
      0
     ],
     "destination": [
      "obj-495",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-495",
      0
     ],
     "destination": [
      "obj-496",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-500",
      0
     ],
     "destination": [
      "obj-499",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-499",
      0
     ],
     "destination": [
      "obj-502",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-499",
      1
     ],
     "destination": [
      "obj-501",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-501",
      0
     ],
     "destination": [
      "obj-498",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-502",
      0
     ],
     "destination": [
      "obj-503",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-503",
      0
     ],
     "destination": [
      "obj-498",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-505",
      0
     ],
     "destination": [
      "obj-504",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-504",
      0
     ],
     "destination": [
      "obj-503",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-498",
      1
     ],
     "destination": [
      "obj-506",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-506",
      0
     ],
     "destination": [
      "obj-507",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-509",
      0
     ],
     "destination": [
      "obj-510",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-510",
      0
     ],
     "destination": [
      "obj-511",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-513",
      0
     ],
     "destination": [
      "obj-514",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-514",
      0
     ],
     "destination": [
      "obj-515",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-517",
      0
     ],
     "destination": [
      "obj-518",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-518",
      0
     ],
     "destination": [
      "obj-519",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-519",
      0
     ],
     "destination": [
      "obj-520",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-520",
      0
     ],
     "destination": [
      "obj-521",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-519",
      1
     ],
     "destination": [
      "obj-521",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-521",
      0
     ],
     "destination": [
      "obj-522",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-522",
      0
     ],
     "destination": [
      "obj-523",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-526",
      0
     ],
     "destination": [
      "obj-527",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-527",
      0
     ],
     "destination": [
      "obj-528",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-530",
      0
     ],
     "destination": [
      "obj-531",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-531",
      0
     ],
     "destination": [
      "obj-532",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-532",
      0
     ],
     "destination": [
      "obj-533",
      0
     ]
    }
   }
  ],
  "parameters": {
   "obj-34": [
    "Send All",
    "Send all",
    0
   ],
   "obj-63": [
    "OSC Port",
    "OSC",
    0
   ],
   "obj-67": [
    "Web Port",
    "Web",
    0
   ],
   "obj-77": [
    "Audio Road",
    "Road",
    0
   ],
   "obj-95": [
    "Volume",
    "Volume",
    0
   ],
   "obj-104": [
    "Install Client",
    "Install",
    0
   ],
   "obj-164": [
    "Play",
    "Play",
    0
   ],
   "obj-168": [
    "Stop",
    "Stop",
    0
   ],
   "obj-172": [
    "Reset Now",
    "Reset",
    0
   ],
   "obj-175": [
    "Reset Bar",
    "Reset",
    0
   ],
   "obj-203": [
    "Prompt 1 Weight",
    "W1",
    0
   ],
   "obj-223": [
    "Prompt 2 Weight",
    "W2",
    0
   ],
   "obj-243": [
    "Prompt 3 Weight",
    "W3",
    0
   ],
   "obj-263": [
    "Prompt 4 Weight",
    "W4",
    0
   ],
   "obj-283": [
    "Prompt 5 Weight",
    "W5",
    0
   ],
   "obj-303": [
    "Prompt 6 Weight",
    "W6",
    0
   ],
   "obj-310": [
    "Another Take",
    "Again",
    0
   ],
   "obj-314": [
    "Tempo",
    "Tempo",
    0
   ],
   "obj-336": [
    "Quantize",
    "Quantize",
    0
   ],
   "obj-347": [
    "Tap Tempo",
    "Tap",
    0
   ],
   "obj-351": [
    "Loop Bars",
    "Loop",
    0
   ],
   "obj-360": [
    "Temperature",
    "Temp",
    0
   ],
   "obj-367": [
    "Top P",
    "Top P",
    0
   ],
   "obj-374": [
    "Top K",
    "Top K",
    0
   ],
   "obj-382": [
    "Guidance",
    "Guide",
    0
   ],
   "obj-389": [
    "Guidance End",
    "G End",
    0
   ],
   "obj-409": [
    "Seed",
    "Seed",
    0
   ],
   "obj-418": [
    "Prefix Temperature",
    "Pre Temp",
    0
   ],
   "obj-425": [
    "Prefix Top K",
    "Pre K",
    0
   ],
   "obj-433": [
    "Prefix Guidance",
    "Pre G",
    0
   ],
   "obj-440": [
    "Window",
    "Window",
    0
   ],
   "obj-447": [
    "Context",
    "Context",
    0
   ],
   "obj-454": [
    "Slew",
    "Slew",
    0
   ],
   "obj-461": [
    "Lead",
    "Lead",
    0
   ],
   "obj-468": [
    "Stream Gain",
    "Gain",
    0
   ],
   "obj-475": [
    "Even Level",
    "Level",
    0
   ],
   "obj-482": [
    "Record Input",
    "Record",
    0
   ],
   "obj-486": [
    "Use Input",
    "Use",
    0
   ],
   "obj-491": [
    "Keep Bars",
    "Bars",
    0
   ],
   "obj-494": [
    "Take Keep",
    "Keep",
    0
   ],
   "obj-509": [
    "Undo Take",
    "Undo",
    0
   ],
   "obj-513": [
    "List Takes",
    "List",
    0
   ],
   "obj-526": [
    "Status",
    "Status",
    0
   ],
   "obj-530": [
    "Sync",
    "Sync",
    0
   ],
   "parameterbanks": {},
   "inherited_shortname": 1
  },
  "dependency_cache": [],
  "autosave": 0
 }
}
