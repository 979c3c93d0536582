import { Component, signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { TranslocoService } from '@jsverse/transloco';
import type { GateVerdict } from '#contracts/cases.contract';
import { elementOf, find } from '../platform/element.testing';
import { provideTranslations } from '../platform/translations.testing';
import { Bridge, type BridgeParty, type BridgeSpan } from './bridge';
import { FlagBar, type FlagItem } from './flag-bar';
import { GateReasons } from './gate-reasons';
import { Icon } from './icon';
import { Masked } from './masked';
import { Meter } from './meter';
import { STATE_ICONS, STATE_NAMES, StateTag } from './state-tag';
import { Timeline, type TimelineItem } from './timeline';
import { Wareki } from './wareki';

async function show<Kit>(kit: new () => Kit, inputs: Record<string, unknown>): Promise<ComponentFixture<Kit>> {
  const fixture = TestBed.createComponent(kit);
  for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
  await fixture.whenStable();
  return fixture;
}

/** The element's text with its white space folded, as it is read. */
function textOf(fixture: ComponentFixture<unknown>, selector?: string): string {
  const root = elementOf(fixture);
  const element = selector ? root.querySelector(selector) : root;
  return (element?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
}

describe('the design kit', () => {
  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({ providers: [provideTranslations()] });
  });

  it('hides an icon from screen readers', async () => {
    const fixture = await show(Icon, { name: 'call' });
    expect(find(fixture, 'svg').getAttribute('aria-hidden')).toBe('true');
    expect(find(fixture, 'path').getAttribute('d')).toContain('M');
  });

  it('gives every state a word and an icon of its own', async () => {
    const words = new Set<string>();
    for (const state of STATE_NAMES) words.add(textOf(await show(StateTag, { state })));
    expect(words.size).toBe(STATE_NAMES.length);
    expect(words).toContain('通話中');
    expect(new Set(Object.values(STATE_ICONS)).size).toBe(STATE_NAMES.length);
  });

  it('says a state in the language that is chosen', async () => {
    const fixture = await show(StateTag, { state: 'wrap' });
    TestBed.inject(TranslocoService).setActiveLang('en');
    await fixture.whenStable();
    expect(textOf(fixture)).toBe('Wrap-up');
  });

  it('reads the bridge as one sentence and keeps the drawing silent', async () => {
    const parties: BridgeParty[] = [
      { id: 'agent', icon: 'headset_mic', name: '佐藤', presence: 'present' },
      { id: 'resident', icon: 'person', name: '早川', presence: 'present' },
      { id: 'interpreter', icon: 'group_add', name: '通訳', presence: 'invited' },
    ];
    const spans: BridgeSpan[] = [{ kind: 'both', text: '聞こえる' }, { kind: 'none' }];
    const fixture = await show(Bridge, { parties, spans, sentence: 'あなたと早川さんが話せます' });
    expect(textOf(fixture, '[aria-live=polite]')).toBe('あなたと早川さんが話せます');
    const drawing = find(fixture, '.drawing');
    expect(drawing.getAttribute('aria-hidden')).toBe('true');
    expect(drawing.querySelectorAll('path').length).withContext('icons and one arc').toBe(4);
    expect(drawing.querySelectorAll('.pier.invited').length).toBe(1);
  });

  it('puts stop flags before attention flags and counts both', async () => {
    const flags: FlagItem[] = [
      { code: 'A06', word: '勤務先架電不可', since: '2026-09-01', by: '市' },
      { code: 'S02', word: '弁護士受任', since: '2026-04-20', by: 'センター' },
    ];
    const fixture = await show(FlagBar, { flags });
    expect(elementOf(fixture).getAttribute('role')).toBe('alert');
    expect(textOf(fixture, '.lead')).toMatch(/^停止 1 ?注意 1$/);
    expect(textOf(fixture, 'li')).toMatch(/^S02 ?弁護士受任 ?令和8年4月20日から\(センター\)$/);
  });

  it('draws no flag bar without flags', async () => {
    expect(elementOf(await show(FlagBar, { flags: [] })).querySelector('.bar')).toBeNull();
  });

  it('reads masked dots as one word, so that their number tells nothing', async () => {
    const fixture = await show(Masked, { text: '鈴●●●　太●' });
    expect(textOf(fixture, '[aria-hidden]')).toBe('鈴●●● 太●');
    expect(textOf(fixture, '.visually-hidden')).toBe('鈴 伏せ字 太 伏せ字');
  });

  it('says a level as a meter within its bounds', async () => {
    const fixture = await show(Meter, { level: 1.7, label: '入力の大きさ' });
    expect(elementOf(fixture).getAttribute('role')).toBe('meter');
    expect(elementOf(fixture).getAttribute('aria-valuenow')).toBe('100');
    expect(elementOf(fixture).querySelectorAll('i.lit').length).toBe(16);
    fixture.componentRef.setInput('level', 0);
    await fixture.whenStable();
    expect(elementOf(fixture).querySelectorAll('i.lit').length).toBe(0);
  });

  it('gives a date its machine-readable form, and the AD date where the text has none', async () => {
    const time = find(await show(Wareki, { date: '2026-12-01', form: 'table' }), 'time');
    expect(time.getAttribute('datetime')).toBe('2026-12-01');
    expect(time.getAttribute('title')).toBe('2026-12-01');
  });

  it('tells a refusal from a limit that a demonstration does not enforce', async () => {
    const verdict: GateVerdict = {
      allowed: false,
      checkedAt: '2026-12-18T05:00:00.000Z',
      reasons: [
        { code: 'hours', passed: true, values: { from: '8:30', until: '17:00' } },
        { code: 'stop-flag', passed: false, values: { flags: 'S02' } },
        { code: 'attempts-today', passed: false, values: { count: 3, limit: 3, enforced: 'no' } },
      ],
    };
    const fixture = await show(GateReasons, { verdict });
    expect(textOf(fixture, 'li.passed')).toBe('業務日・時間内 17:00まで');
    expect(textOf(fixture, 'li.refused')).toBe('停止の登録があります S02');
    expect(textOf(fixture, 'li.not-enforced')).toBe('本日の回数は上限まで済み 3 / 3');
  });

  it('draws the actions that a feature gives for a timeline entry', async () => {
    @Component({
      imports: [Timeline],
      template: `<kk-timeline [entries]="entries()"
        ><ng-template let-item
          ><button type="button">録音 {{ item.id }}</button></ng-template
        ></kk-timeline
      >`,
    })
    class Host {
      readonly entries = signal<TimelineItem[]>([
        { id: 'one', at: '2025-10-06T01:00:00.000Z', icon: 'call', title: '架電', strong: '11 本人接触' },
      ]);
    }
    const fixture = TestBed.createComponent(Host);
    await fixture.whenStable();
    expect(textOf(fixture, 'button')).toBe('録音 one');
    expect(textOf(fixture, 'time')).toBe('令和7年10月6日');
  });
});
