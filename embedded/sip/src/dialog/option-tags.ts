import type { HeaderList } from '../message/header-list.ts';

type OptionHeader = 'Require' | 'Supported';

/** The option tags a header lists, as they are written; they compare without regard to case (RFC 3261 §19.2). */
export function optionTags(headers: HeaderList, name: OptionHeader): string[] {
  const tags = headers.getAll(name).flatMap((line) => line.split(','));
  return tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
}

/** Whether the header lists the tag. */
export function hasOptionTag(headers: HeaderList, name: OptionHeader, tag: string): boolean {
  return optionTags(headers, name).some((each) => each.toLowerCase() === tag);
}

/** Whether the sender does an extension, whether it insists on it or not. */
export function isSupported(headers: HeaderList, tag: string): boolean {
  return hasOptionTag(headers, 'Supported', tag) || hasOptionTag(headers, 'Require', tag);
}

/** Adds a tag unless it is there. */
export function addOptionTag(headers: HeaderList, name: OptionHeader, tag: string): void {
  if (!hasOptionTag(headers, name, tag)) headers.set(name, [...optionTags(headers, name), tag].join(', '));
}

/** Removes a tag, and the header with its last one. */
export function removeOptionTag(headers: HeaderList, name: OptionHeader, tag: string): void {
  const kept = optionTags(headers, name).filter((each) => each.toLowerCase() !== tag);
  if (kept.length > 0) headers.set(name, kept.join(', '));
  else headers.remove(name);
}
