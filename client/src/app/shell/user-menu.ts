import { CdkMenu, CdkMenuGroup, CdkMenuItem, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from '../design/icon';
import { Appearance, TEXT_SIZES, THEMES } from '../platform/appearance';
import { Language, LOCALES } from '../platform/language';
import { Session } from '../platform/session';
import { AgentStatus } from './agent-status';
import { Refusal } from './refusal';

/** Who is at this seat, and how they like their screen. */
@Component({
  selector: 'kk-user-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CdkMenu, CdkMenuGroup, CdkMenuItem, CdkMenuItemRadio, CdkMenuTrigger, Icon, TranslocoPipe],
  templateUrl: './user-menu.html',
  styleUrl: './menu.scss',
})
export class UserMenu {
  readonly #router = inject(Router);
  readonly #refusal = inject(Refusal);
  protected readonly status = inject(AgentStatus);
  protected readonly session = inject(Session);
  protected readonly language = inject(Language);
  protected readonly appearance = inject(Appearance);

  protected readonly locales = LOCALES;
  protected readonly themes = THEMES;
  protected readonly textSizes = TEXT_SIZES;
  protected readonly localeNames = { ja: '日本語', en: 'English' } as const;

  protected logOut(): void {
    void this.#refusal.attempt(async () => {
      await this.session.logOut();
      await this.#router.navigate(['/login']);
    });
  }
}
