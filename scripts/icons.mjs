/**
 * Makes client/src/app/design/icons.generated.ts from the names in icon-names.txt.
 *
 *   npm pack @material-symbols/svg-400 && tar xzf material-symbols-svg-400-*.tgz     (in a folder outside the project)
 *   node scripts/icons.mjs <that folder>/package
 *
 * A line of icon-names.txt is a name of Material Symbols Outlined; "fill" after it adds the filled drawing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const packageFolder = process.argv[2];
if (!packageFolder || !existsSync(join(packageFolder, 'outlined'))) {
  console.error('Give the folder of the unpacked package @material-symbols/svg-400 (it holds a folder "outlined").');
  process.exit(2);
}

const design = join(import.meta.dirname, '../client/src/app/design');
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
const wanted = readFileSync(join(design, 'icon-names.txt'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split(' '));

const missing = wanted.filter(([name]) => !existsSync(join(packageFolder, 'outlined', `${name}.svg`)));
if (missing.length > 0) {
  console.error(`The package has no icon named: ${missing.map(([name]) => name).join(', ')}`);
  process.exit(1);
}

/** The one path of a symbol; its view box is always 0 -960 960 960. */
function pathOf(file) {
  const svg = readFileSync(join(packageFolder, 'outlined', file), 'utf8');
  const match = /viewBox="0 -960 960 960"><path d="([^"]+)"\/><\/svg>/.exec(svg);
  if (!match) throw new Error(`${file} is not a symbol with one path`);
  return match[1];
}

const lines = wanted.map(([name]) => `  ${name}: '${pathOf(`${name}.svg`)}',`);
const filled = wanted.filter(([, mark]) => mark === 'fill').map(([name]) => `  ${name}: '${pathOf(`${name}-fill.svg`)}',`);

writeFileSync(
  join(design, 'icons.generated.ts'),
  `// Made by scripts/icons.mjs from icon-names.txt and @material-symbols/svg-400 ${version} (Material Symbols Outlined, Google, Apache-2.0).
// prettier-ignore
export const ICON_PATHS = {
${lines.join('\n')}
} as const;

export type IconName = keyof typeof ICON_PATHS;

// prettier-ignore
export const FILLED_ICON_PATHS: Partial<Record<IconName, string>> = {
${filled.join('\n')}
};
`,
);
console.log(`${wanted.length} icons, ${filled.length} of them also filled`);
