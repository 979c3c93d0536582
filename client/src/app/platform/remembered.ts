/** A choice kept in this browser. A full or forbidden storage only means that it is not remembered. */
export function readRemembered<Value extends string>(key: string, allowed: readonly Value[], fallback: Value): Value {
  try {
    const stored = localStorage.getItem(`kakehashi.${key}`);
    return allowed.find((value) => value === stored) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`kakehashi.${key}`, value);
  } catch {
    // A private window or a full disk: the choice holds until the page is closed.
  }
}

export function isRemembered(key: string): boolean {
  try {
    return localStorage.getItem(`kakehashi.${key}`) !== null;
  } catch {
    return false;
  }
}
