import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { translateSignal } from '@jsverse/transloco';

/** Text that the server sent masked. The dots are read aloud as one word, so that their number tells nothing. */
@Component({
  selector: 'kk-masked',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<span aria-hidden="true">{{ text() }}</span><span class="visually-hidden">{{ spoken() }}</span>',
  styles: ':host { position: relative; letter-spacing: 0.04em; }',
})
export class Masked {
  readonly text = input.required<string>();
  readonly #word = translateSignal('kit.masked');

  protected readonly spoken = computed(() =>
    this.text().replaceAll(/[●*]+/g, ` ${this.#word()} `).replaceAll(/\s+/g, ' ').trim(),
  );
}
