/** Runs an iterable to its end and returns how many items it gave. */
export function countItems(items: Iterable<unknown>): number {
  const iterator = items[Symbol.iterator]();
  let count = 0;
  while (iterator.next().done !== true) count += 1;
  return count;
}
