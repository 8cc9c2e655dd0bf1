"""Takes on the disk.

desk       takes between the sessions and the folder
files      the folder
wav_file   the format
"""
