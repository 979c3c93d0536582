import type { HeaderList } from '../message/header-list.ts';

type OptionHeader = 'Require' | 'Supported' | 'Allow';

/** The option tags (or methods) a header lists, in lower case (RFC 3261 §19.2). */
export function optionTags(headers: HeaderList, name: OptionHeader): string[] {
  const tags = headers.getAll(name).flatMap((line) => line.split(','));
  return tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== '');
}

/** Whether the sender does an extension, whether it insists on it or not. */
export function isSupported(headers: HeaderList, tag: string): boolean {
  return optionTags(headers, 'Supported').includes(tag) || optionTags(headers, 'Require').includes(tag);
}

/** Adds a tag unless it is there. */
export function addOptionTag(headers: HeaderList, name: OptionHeader, tag: string): void {
  const tags = optionTags(headers, name);
  if (!tags.includes(tag)) headers.set(name, [...tags, tag].join(', '));
}

/** Removes a tag, and the header with its last one. */
export function removeOptionTag(headers: HeaderList, name: OptionHeader, tag: string): void {
  const kept = optionTags(headers, name).filter((each) => each !== tag);
  if (kept.length > 0) headers.set(name, kept.join(', '));
  else headers.remove(name);
}
