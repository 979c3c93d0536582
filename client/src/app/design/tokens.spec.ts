/** The table of DESIGN.md §2: foreground, background, contrast in light and in dark. Change a colour only with its row here. */
const CONTRASTS: readonly [foreground: string, background: string, light: number, dark: number][] = [
  ['--mat-sys-on-surface', '--mat-sys-surface', 14.69, 14.53],
  ['--mat-sys-on-surface', '--mat-sys-surface-container-low', 15.63, 13.72],
  ['--mat-sys-on-surface-variant', '--mat-sys-surface-container-low', 7.44, 8.14],
  ['--mat-sys-on-surface-variant', '--mat-sys-secondary-container', 5.99, 5.27],
  ['--mat-sys-outline', '--mat-sys-surface-container-low', 4.08, 4.92],
  ['--mat-sys-outline-variant', '--mat-sys-surface-container-low', 1.51, 1.65],
  ['--mat-sys-primary', '--mat-sys-surface-container-low', 8.22, 9.36],
  ['--mat-sys-on-primary', '--mat-sys-primary', 8.58, 7.44],
  ['--mat-sys-on-primary-container', '--mat-sys-primary-container', 10.71, 7.58],
  ['--mat-sys-on-secondary-container', '--mat-sys-secondary-container', 10.61, 8.3],
  ['--mat-sys-on-tertiary-container', '--mat-sys-tertiary-container', 11.16, 8.2],
  ['--mat-sys-on-error-container', '--mat-sys-error-container', 10.52, 8.16],
  ['--mat-sys-error', '--mat-sys-surface-container-low', 6.97, 10.02],
  ['--mat-sys-tertiary', '--mat-sys-surface-container-low', 6.83, 9.97],
  ['--kk-on-flag', '--kk-flag', 7.28, 7.28],
  ['--mat-sys-inverse-on-surface', '--mat-sys-inverse-surface', 12.16, 13.09],
  ['--mat-sys-inverse-primary', '--mat-sys-inverse-surface', 7.39, 6.88],
  ['--kk-on-ready', '--kk-ready', 5.19, 9.73],
  ['--kk-on-ring', '--kk-ring', 8.96, 13.92],
  ['--kk-on-talk', '--kk-talk', 7.03, 6.43],
  ['--kk-on-hold', '--kk-hold', 6.75, 5.6],
  ['--kk-on-three', '--kk-three', 4.87, 7.28],
  ['--kk-on-wrap', '--kk-wrap', 11.74, 14.53],
  ['--mat-sys-on-surface', '--kk-ready-tint', 13.0, 10.06],
  ['--mat-sys-on-surface', '--kk-ring-tint', 13.88, 9.7],
  ['--mat-sys-on-surface', '--kk-talk-tint', 12.83, 10.51],
  ['--mat-sys-on-surface', '--kk-hold-tint', 12.69, 10.85],
  ['--mat-sys-on-surface', '--kk-three-tint', 12.99, 11.09],
  ['--mat-sys-on-surface', '--kk-wrap-tint', 12.43, 9.37],
  ['--kk-focus', '--mat-sys-surface-container-low', 15.63, 17.09],
];

const TEXT_ON_BLOCKS = 4.5;

/** Red, green and blue of a token as the browser computes it, 0 to 255. */
function readToken(token: string): number[] {
  const probe = document.createElement('div');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const [red, green, blue] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  return [red ?? NaN, green ?? NaN, blue ?? NaN];
}

/** Relative luminance, WCAG 2.2. */
function luminance(channels: readonly number[]): number {
  const [red = NaN, green = NaN, blue = NaN] = channels.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(foreground: string, background: string): number {
  const [lighter = NaN, darker = NaN] = [foreground, background]
    .map((token) => luminance(readToken(token)))
    .sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

describe('the design tokens', () => {
  afterEach(() => delete document.documentElement.dataset['theme']);

  for (const [foreground, background, light, dark] of CONTRASTS) {
    it(`keep the contrast of ${foreground} on ${background}`, () => {
      document.documentElement.dataset['theme'] = 'light';
      expect(contrast(foreground, background)).withContext('light').toBeCloseTo(light, 1);
      document.documentElement.dataset['theme'] = 'dark';
      expect(contrast(foreground, background)).withContext('dark').toBeCloseTo(dark, 1);
    });
  }

  it('keep every state readable on its block', () => {
    for (const theme of ['light', 'dark']) {
      document.documentElement.dataset['theme'] = theme;
      for (const state of ['ready', 'ring', 'talk', 'hold', 'three', 'wrap']) {
        expect(contrast(`--kk-on-${state}`, `--kk-${state}`))
          .withContext(`${state} ${theme}`)
          .toBeGreaterThan(TEXT_ON_BLOCKS);
      }
    }
  });

  it('replace the palette that Material made', () => {
    document.documentElement.dataset['theme'] = 'light';
    expect(readToken('--mat-sys-primary')).toEqual([0x0e, 0x53, 0x66]);
  });
});
