import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoPipe } from '@jsverse/transloco';
import type { Permission } from '#contracts/users.contract';
import { LineBar } from '../calls/line-bar';
import { Banner } from '../design/banner';
import { BrandMark } from '../design/brand-mark';
import { Icon } from '../design/icon';
import { JoinedBar } from '../live-calls/joined-bar';
import { japanDate, japanTime } from '../design/japan-time';
import { ToastOutlet } from '../design/toast-outlet';
import { Wareki } from '../design/wareki';
import { PhoneStatus } from '../phone/phone-status';
import { RecordingAlarms } from '../recordings/recording-alarms';
import { Clock } from '../platform/clock';
import { Session } from '../platform/session';
import { Site } from '../platform/site';
import { SocketLink } from '../platform/socket-link';
import { AgentStateMenu } from './agent-state-menu';
import { Refusal } from './refusal';
import { UserMenu } from './user-menu';

const TABS: readonly { path: string; word: string; needs: Permission }[] = [
  { path: '/today', word: 'today', needs: 'cases.list' },
  { path: '/desk', word: 'desk', needs: 'calls.control' },
  { path: '/live-calls', word: 'live', needs: 'calls.watch' },
  { path: '/recordings', word: 'recordings', needs: 'recordings.list' },
  { path: '/wallboard', word: 'wallboard', needs: 'wallboard.read' },
];

/** The frame of every working screen: top bar, notices, and the feature below. */
@Component({
  selector: 'kk-shell',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AgentStateMenu,
    Icon,
    Banner,
    BrandMark,
    JoinedBar,
    LineBar,
    PhoneStatus,
    RecordingAlarms,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    ToastOutlet,
    TranslocoPipe,
    UserMenu,
    Wareki,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  readonly #clock = inject(Clock);
  protected readonly session = inject(Session);
  protected readonly site = inject(Site);
  protected readonly refusal = inject(Refusal);
  readonly #link = inject(SocketLink);

  protected readonly tabs = computed(() => TABS.filter((tab) => this.session.can(tab.needs)));
  protected readonly isOffline = computed(() => this.#link.state() === 'reconnecting');
  protected readonly today = computed(() => japanDate(this.#clock.now()));
  protected readonly time = computed(() => japanTime(this.#clock.now()));
  protected readonly hasPhone = computed(() => this.session.can('phone.register'));
  protected readonly mayHearAlarms = computed(() => this.session.can('recordings.list'));
  protected readonly canJoin = computed(() => this.session.can('calls.join'));
  protected readonly canTakeCalls = computed(() => this.session.can('agents.set-state'));

  constructor() {
    void this.site.load();
    this.#link.onReconnect(() => void this.site.load());
  }

  /** A fragment link would leave the page, because <base> points to the root. */
  protected skipTo(content: HTMLElement, event: Event): void {
    event.preventDefault();
    content.focus();
  }
}
