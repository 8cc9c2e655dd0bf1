// The microphone: what it hears goes to the server in binary messages, from record to record.

import { FLAG, pack } from "./packet.js";

// Sends `level` {peak} while it is open.
export class Recorder extends EventTarget {
  #context;
  #send;
  #source = null;
  #node = null;
  #stream = null;
  #sequence = 0;
  #position = 0;
  #isRecording = false;

  // `send(buffer)` takes each binary message.
  constructor(context, send) {
    super();
    this.#context = context;
    this.#send = send;
  }

  get isOpen() {
    return this.#stream !== null;
  }

  get seconds() {
    return this.#position / this.#context.sampleRate;
  }

  // Ask for the microphone; throw in plain words where there is none, or it is not given.
  async open() {
    if (this.isOpen) return;
    if (!navigator.mediaDevices) throw new Error("this browser gives no microphone here: open the page on http://localhost");
    const clean = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: clean });
    } catch (error) {
      throw new Error(reasonOf(error));
    }
    try {
      await this.#context.audioWorklet.addModule("recorder_worklet.js");
    } catch (error) {
      this.close(); // else it would go on listening
      throw new Error(`this page's recorder cannot be loaded: ${error.message}`);
    }
    this.#source = this.#context.createMediaStreamSource(this.#stream);
    this.#node = new AudioWorkletNode(this.#context, "recorder", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.#node.port.onmessage = ({ data }) => this.#take(data);
    this.#source.connect(this.#node);
  }

  close() {
    this.#isRecording = false;
    this.#source?.disconnect();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.#source = this.#node = null;
  }

  begin() {
    this.#sequence = this.#position = 0;
    this.#isRecording = true;
  }

  end() {
    if (!this.#isRecording) return;
    this.#isRecording = false;
    this.#say(new Float32Array(0), FLAG.last);
  }

  #take(samples) {
    let peak = 0;
    for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
    if (this.#isRecording) this.#say(samples, 0);
    this.dispatchEvent(new CustomEvent("level", { detail: { peak } }));
  }

  #say(samples, flags) {
    const { sampleRate: rate } = this.#context;
    this.#send(pack({ samples, rate, sequence: this.#sequence++, position: this.#position, flags }));
    this.#position += samples.length;
  }
}

function reasonOf({ name, message }) {
  if (name === "NotAllowedError") return "the browser does not let this page hear the microphone: allow it, and record again";
  if (name === "NotFoundError") return "there is no microphone on this machine";
  return `the microphone cannot be opened: ${message}`;
}
