// The charts of a breaker's own view, by Chart.js, which is loaded when the first is shown.
import { colours } from './theme.js';

const SECONDS = 300;
const BAR = 5; // seconds of a bar
const SHARE = 10; // seconds that a share is of

const SERIES = [
  { name: 'succeeded', label: 'Succeeded' },
  { name: 'ignored', label: 'Ignored' },
  { name: 'failed', label: 'Failed' },
  { name: 'refused', label: 'Refused' },
];

let loading = null;

/** Chart.js, or a rejection where it cannot be had. */
export function library() {
  loading ??= import('./chart.js').then(() => globalThis.Chart);
  return loading;
}

const moments = (end, step) => Array.from({ length: SECONDS / step }, (_, index) => {
  const time = new Date((Math.floor(end / step) * step - SECONDS + (index + 1) * step) * 1000);
  return time.toLocaleTimeString('en-GB');
});

// Sums of whole steps of the clock, the newest last; what was not yet there is null
function sums(history, name, step) {
  const end = Math.floor(history.end / step) * step;
  const numbers = history[name];
  const begin = history.end - numbers.length;
  return Array.from({ length: SECONDS / step }, (_, index) => {
    const from = end - SECONDS + index * step;
    if (from + step <= begin) return null;
    let sum = 0;
    for (let second = Math.max(from, begin); second < from + step; second++) sum += numbers[second - begin] ?? 0;
    return sum;
  });
}

function options(colour, unit, extra) {
  const grid = { color: colour.line, tickColor: 'transparent' };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'index', intersect: false },
    color: colour.text,
    scales: {
      x: { grid: { display: false }, border: { color: colour.line }, ticks: { color: colour.muted, maxRotation: 0, autoSkip: true, maxTicksLimit: 5 }, ...extra.x },
      y: { beginAtZero: true, grid, border: { display: false }, ticks: { color: colour.muted, maxTicksLimit: 5, callback: (value) => `${value}${unit}` }, ...extra.y },
    },
    plugins: {
      legend: { position: 'bottom', align: 'start', labels: { color: colour.text, usePointStyle: true, pointStyleWidth: 22, boxHeight: 8, padding: 14 } },
      tooltip: { callbacks: { label: ({ dataset, parsed }) => `${dataset.label}: ${Math.round(parsed.y * 10) / 10}${unit}` } },
    },
  };
}

export class OutcomeChart {
  #chart;

  constructor(Chart, canvas) {
    const colour = colours();
    this.#chart = new Chart(canvas, {
      type: 'bar',
      data: {
        labels: [],
        datasets: SERIES.map(({ name, label }) => ({
          name, label, data: [], backgroundColor: colour[name], stack: 'calls', pointStyle: 'rect', barPercentage: 1, categoryPercentage: 0.86,
        })),
      },
      options: options(colour, '/s', { x: { stacked: true }, y: { stacked: true, suggestedMax: 1 } }),
    });
  }

  show(history) {
    this.#chart.data.labels = moments(history.end, BAR);
    for (const dataset of this.#chart.data.datasets) {
      dataset.data = sums(history, dataset.name, BAR).map((sum) => (sum === null ? null : sum / BAR));
    }
    this.#chart.update('none');
  }

  destroy() {
    this.#chart.destroy();
  }
}

export class ShareChart {
  #chart;

  constructor(Chart, canvas) {
    const colour = colours();
    const line = (label, hue) => ({
      label, data: [], pointStyle: 'line', borderColor: hue, backgroundColor: hue, borderWidth: 2, pointRadius: 0, pointHitRadius: 8, tension: 0, spanGaps: false,
    });
    const limit = (label, hue) => ({ ...line(label, hue), borderWidth: 1.5, borderDash: [6, 4] });
    this.#chart = new Chart(canvas, {
      type: 'line',
      data: {
        labels: [],
        datasets: [line('Failed', colour.failed), line('Slow', colour.slow), limit('Failure threshold', colour.failed), limit('Slow threshold', colour.slow)],
      },
      options: options(colour, ' %', { x: {}, y: { min: 0, max: 100 } }),
    });
  }

  show(history, breaker) {
    const succeeded = sums(history, 'succeeded', SHARE);
    const share = (name) => {
      const part = sums(history, name, SHARE);
      const failed = sums(history, 'failed', SHARE);
      return part.map((number, index) => {
        const all = succeeded[index] + failed[index];
        return number === null || all === 0 ? null : (number / all) * 100;
      });
    };
    const level = (threshold) => succeeded.map(() => threshold);
    const { data } = this.#chart;
    data.labels = moments(history.end, SHARE);
    data.datasets[0].data = share('failed');
    data.datasets[1].data = share('slow');
    [breaker.failureRateThreshold, breaker.slowCallRateThreshold].forEach((threshold, index) => {
      data.datasets[2 + index].data = threshold == null ? [] : level(threshold);
      data.datasets[2 + index].hidden = threshold == null;
    });
    data.datasets[1].hidden = breaker.slowCallRateThreshold == null;
    this.#chart.options.plugins.legend.labels.filter = ({ datasetIndex }) => !data.datasets[datasetIndex].hidden;
    this.#chart.update('none');
  }

  destroy() {
    this.#chart.destroy();
  }
}
