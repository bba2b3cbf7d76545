// Five minutes of outcomes as stacked bars, and below them a band of the states that were not closed.
import { colours } from './theme.js';

const SECONDS = 300;
const BAND = 3;
const LETTERS = { O: 'OPEN', H: 'HALF_OPEN', F: 'FORCED_OPEN', D: 'DISABLED', M: 'METRICS_ONLY' };

/** Draws and returns the highest number of calls a second in the picture. */
export function draw(canvas, width, height, history) {
  const scale = window.devicePixelRatio || 1;
  const pixels = Math.round(width * scale);
  if (canvas.width !== pixels || canvas.height !== Math.round(height * scale)) {
    canvas.width = pixels;
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext('2d');
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const colour = colours();
  // A bar is some whole seconds of the clock, so that bars move and do not flicker
  const seconds = Math.max(1, Math.ceil(SECONDS / (width / 2.5)));
  const step = (width / SECONDS) * seconds;
  const bins = binsOf(history, seconds);
  const highest = bins.reduce((most, bin) => Math.max(most, bin.succeeded + bin.ignored + bin.failed + bin.refused), 0);
  const floor = height - BAND - 1;
  const unit = highest > 0 ? (floor - 1) / highest : 0;
  context.fillStyle = colour.line;
  context.fillRect(0, floor, width, 1);
  const last = Math.floor((history.end - 1) / seconds);
  for (const bin of bins) {
    const x = width - (last - bin.number + 1) * step;
    let y = floor;
    for (const name of ['succeeded', 'ignored', 'failed', 'refused']) {
      if (bin[name] === 0) continue;
      // What there was at all is seen
      const tall = Math.max(name === 'succeeded' || name === 'ignored' ? 0.75 : 1.5, bin[name] * unit);
      context.fillStyle = colour[name];
      context.fillRect(x, y - tall, Math.max(1, step - 0.5), tall);
      y -= tall;
    }
    if (bin.state) {
      context.fillStyle = colour[bin.state];
      context.fillRect(x, height - BAND, step + 0.3, BAND);
    }
  }
  return highest;
}

function binsOf(history, seconds) {
  const bins = [];
  const length = history.succeeded.length;
  const begin = history.end - length;
  const letters = history.states.padStart(length, 'C');
  let bin = null;
  for (let index = 0; index < length; index++) {
    const number = Math.floor((begin + index) / seconds);
    if (bin?.number !== number) {
      bin = { number, succeeded: 0, ignored: 0, failed: 0, refused: 0, state: null };
      bins.push(bin);
    }
    bin.succeeded += history.succeeded[index] / seconds;
    bin.ignored += history.ignored[index] / seconds;
    bin.failed += history.failed[index] / seconds;
    bin.refused += history.refused[index] / seconds;
    bin.state = LETTERS[letters[index]] ?? bin.state;
  }
  return bins;
}
