// Light, dark, or as the system has it. Canvases ask for colours here, since they know no CSS variables.

const KEY = 'breaker-dashboard-theme';
const ORDER = ['system', 'light', 'dark'];
const NAMES = ['succeeded', 'failed', 'slow', 'ignored', 'refused', 'line', 'muted', 'text', 'OPEN', 'FORCED_OPEN', 'HALF_OPEN', 'DISABLED', 'METRICS_ONLY'];
const listeners = new Set();
let present = ORDER.includes(stored()) ? stored() : 'system';
let known = null;

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const theme = () => present;

/** Returns what ends it. */
export function onThemeChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function nextTheme() {
  present = ORDER[(ORDER.indexOf(present) + 1) % ORDER.length];
  try {
    localStorage.setItem(KEY, present);
  } catch {
    // Not kept where storage is off
  }
  apply();
}

/** The colours of the present theme, by name. */
export function colours() {
  if (known) return known;
  const probe = document.createElement('i');
  document.body.append(probe);
  known = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name.toLowerCase().replace('_', '-')})`;
    known[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return known;
}

function apply() {
  document.documentElement.dataset.theme = present;
  known = null;
  listeners.forEach((listener) => listener());
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
apply();
