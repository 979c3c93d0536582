import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** A key, printed on its control or in the key bar. */
@Component({
  selector: 'kk-key-hint',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<kbd>{{ keys() }}</kbd>',
  styles: ':host { display: inline-flex; }',
})
export class KeyHint {
  readonly keys = input.required<string>();
}
