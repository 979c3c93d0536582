import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';

/** Text that the server sent masked. The dots are read aloud as one word, so that their number tells nothing. */
@Component({
  selector: 'kk-masked',
  imports: [TranslocoPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template:
    '<span aria-hidden="true">{{ text() }}</span><span class="visually-hidden">{{ spoken(\'kit.masked\' | transloco) }}</span>',
  styles: ':host { position: relative; letter-spacing: 0.04em; }',
})
export class Masked {
  readonly text = input.required<string>();

  protected spoken(word: string): string {
    return this.text().replaceAll(/[●*]+/g, ` ${word} `).replaceAll(/\s+/g, ' ').trim();
  }
}
