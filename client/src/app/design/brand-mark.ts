import { ChangeDetectionStrategy, Component } from '@angular/core';

/** The bridge of the product's name, drawn in the colour of its text. */
@Component({
  selector: 'kk-brand-mark',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg viewBox="0 0 30 20" aria-hidden="true" focusable="false">
      <path d="M1 16.5C6 6.5 24 6.5 29 16.5" stroke-width="2.4" />
      <path d="M0 16.6h30M9 11v5.6M15 9.2v7.4M21 11v5.6" stroke-width="1.4" />
    </svg>
  `,
  styles: `
    :host {
      display: inline-block;
      flex: none;
      width: 1.875rem;
      height: 1.25rem;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      fill: none;
      stroke: currentColor;
    }
  `,
})
export class BrandMark {}
