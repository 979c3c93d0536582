import type { ComponentFixture } from '@angular/core/testing';

/** The component's element, typed. */
export function elementOf(fixture: ComponentFixture<unknown>): HTMLElement {
  const element: unknown = fixture.nativeElement;
  if (!(element instanceof HTMLElement)) throw new Error('the component has no element');
  return element;
}

/** The one element inside that matches; an error when there is none. */
export function find(fixture: ComponentFixture<unknown>, selector: string): Element {
  const found = elementOf(fixture).querySelector(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
}
