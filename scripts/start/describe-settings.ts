import { z } from 'zod';
import { OperatorSettings } from './settings.ts';

/** The text of config/.env.example: every setting with its meaning and default, commented out. */
export function describeSettings(): string {
  const entries = Object.entries(OperatorSettings.shape).map(([name, schema]) => {
    const fallback = (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { default?: string | number }).default;
    return `# ${schema.description ?? ''}\n# ${name}=${fallback ?? ''}\n`;
  });
  return `# Copy to config/.env and uncomment what you change. Variables of the environment win over this file.\n\n${entries.join('\n')}`;
}
