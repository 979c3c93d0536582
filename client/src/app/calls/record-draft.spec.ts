import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { CallView, SaveDraft } from '#contracts/calls.contract';
import { CallStore } from './call-store';
import { aCall, callId } from './desk.testing';
import { NOTE_LIMIT, RecordDraft } from './record-draft';

describe('RecordDraft', () => {
  const call = signal<CallView | null>(null);
  let kept: SaveDraft[];
  let results: SaveDraft[];
  let isServerThere: boolean;
  let draft: RecordDraft;

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  function show(view: CallView | null): void {
    call.set(view);
    TestBed.tick();
  }

  beforeEach(() => {
    jasmine.clock().install();
    kept = [];
    results = [];
    isServerThere = true;
    call.set(null);
    const store = {
      call,
      saveDraft: (each: SaveDraft) => {
        kept.push(each);
        return Promise.resolve(isServerThere);
      },
      saveResult: (each: SaveDraft) => {
        results.push(each);
        return Promise.resolve(isServerThere);
      },
    };
    TestBed.configureTestingModule({ providers: [{ provide: CallStore, useValue: store }] });
    draft = TestBed.inject(RecordDraft);
    show(aCall({ phase: 'talking' }));
  });
  afterEach(() => jasmine.clock().uninstall());

  it('starts from what the server kept, so a reload loses nothing', () => {
    show(
      aCall({ id: callId('reloaded'), draft: { note: '年金のあと', resultCode: '11', contents: ['promise'], savedAt: null } }),
    );
    expect(draft.note()).toBe('年金のあと');
    expect(draft.selected()).toBe('11');
    expect(draft.contents()).toEqual(['promise']);
  });

  it('keeps a note half a second after the last key, once', async () => {
    draft.write('年');
    jasmine.clock().tick(400);
    draft.write('年金');
    jasmine.clock().tick(499);
    expect(kept.length).toBe(0);
    jasmine.clock().tick(1);
    expect(kept.map((each) => each.note)).toEqual(['年金']);
    expect(draft.isUnsaved()).toBeTrue();
    await settle();
    expect(draft.isUnsaved()).toBeFalse();
  });

  it('tries again while the server is away and says so until it is kept', async () => {
    isServerThere = false;
    draft.write('年金');
    jasmine.clock().tick(500);
    await settle();
    expect(draft.isUnsaved()).toBeTrue();
    isServerThere = true;
    jasmine.clock().tick(3_000);
    await settle();
    expect(kept.length).toBe(2);
    expect(draft.isUnsaved()).toBeFalse();
  });

  it('never lets a late echo overwrite what is being typed', () => {
    draft.write('年金のあとに納める');
    show(aCall({ phase: 'talking', version: 9, draft: { note: '年', resultCode: null, contents: [], savedAt: null } }));
    expect(draft.note()).toBe('年金のあとに納める');
  });

  it('sends what is left when the page goes', () => {
    draft.write('年金');
    window.dispatchEvent(new Event('pagehide'));
    expect(kept.length).toBe(1);
  });

  it('selects what the line suggests, visibly as a suggestion, until the agent chooses', async () => {
    show(aCall({ phase: 'wrap-up', version: 2, suggestedResult: '31' }));
    expect(draft.selected()).toBe('31');
    expect(draft.isSuggestion()).toBeTrue();
    draft.typeDigit('3');
    draft.typeDigit('4');
    expect(draft.selected()).toBe('34');
    expect(draft.isSuggestion()).toBeFalse();
    await draft.saveResult();
    expect(results.map((each) => 'resultCode' in each && each.resultCode)).toEqual(['34']);
  });

  it('saves nothing without a result', async () => {
    expect(await draft.saveResult()).toBeFalse();
    expect(results.length).toBe(0);
  });

  it('cuts a note at the limit of the contract', () => {
    draft.write('あ'.repeat(NOTE_LIMIT + 5));
    expect(draft.length()).toBe(NOTE_LIMIT);
  });

  it('starts empty for the next call', () => {
    draft.write('年金');
    show(aCall({ id: callId('call-2') }));
    expect(draft.note()).toBe('');
    expect(draft.isUnsaved()).toBeFalse();
  });
});
