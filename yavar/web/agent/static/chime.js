/** The sound that calls one, and when it does not. Shared by the inbox and the board. */

/** Whether it is one of the reader's quiet hours. @param {{quiet: ?{begin: string, end: string}, zone: string}} notify */
export function isQuiet({quiet, zone}) {
  if (!quiet) return false;
  const now = new Intl.DateTimeFormat("en-GB", {timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23"}).format();
  return quiet.begin < quiet.end ? quiet.begin <= now && now < quiet.end : now >= quiet.begin || now < quiet.end;
}

/** Browsers let a page sound once its reader has touched it; until then there is silence. */
let audio = null, soundedAt = 0;
const touched = () => { audio ??= new AudioContext(); audio.resume(); for (const name of ["pointerdown", "keydown"]) removeEventListener(name, touched, true); };
for (const name of ["pointerdown", "keydown"]) addEventListener(name, touched, true);

/** Two soft notes, a fourth apart. */
export function chime() {
  if (audio?.state !== "running" || Date.now() - soundedAt < 2000) return;
  soundedAt = Date.now();
  document.dispatchEvent(new CustomEvent("yavar:chime"));
  for (const [at, pitch] of [[0, 659.3], [0.12, 880]]) {
    const tone = audio.createOscillator(), loud = audio.createGain(), begin = audio.currentTime + at;
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0, begin);
    loud.gain.linearRampToValueAtTime(0.12, begin + 0.01);
    loud.gain.exponentialRampToValueAtTime(0.001, begin + 0.35);
    tone.connect(loud).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.4);
  }
}
