import { TestBed } from '@angular/core/testing';
import { find } from '../platform/element.testing';
import { provideTranslations } from '../platform/translations.testing';
import { ToastOutlet } from './toast-outlet';
import { TOAST_STAYS_MS, Toasts } from './toasts';

describe('a toast', () => {
  let toasts: Toasts;

  beforeEach(() => {
    jasmine.clock().install();
    TestBed.configureTestingModule({ providers: [provideTranslations()] });
    toasts = TestBed.inject(Toasts);
  });
  afterEach(() => {
    toasts.dismiss();
    jasmine.clock().uninstall();
  });

  it('stays five seconds', () => {
    toasts.show({ text: '保存しました' });
    jasmine.clock().tick(TOAST_STAYS_MS - 250);
    expect(toasts.current()).not.toBeNull();
    jasmine.clock().tick(250);
    expect(toasts.current()).toBeNull();
  });

  it('waits while somebody points at it', () => {
    toasts.show({ text: '保存しました' });
    toasts.pause(true);
    jasmine.clock().tick(3 * TOAST_STAYS_MS);
    expect(toasts.current()).not.toBeNull();
  });

  it('takes back what it announced, once', () => {
    const undo = jasmine.createSpy('undo');
    toasts.show({ text: '保存しました', undo });
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }));
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }));
    expect(undo).toHaveBeenCalledTimes(1);
    expect(toasts.current()).toBeNull();
  });

  it('gives way to the next, whose undo is its own', () => {
    const first = jasmine.createSpy('first');
    const second = jasmine.createSpy('second');
    toasts.show({ text: 'ひとつめ', undo: first });
    toasts.show({ text: 'ふたつめ', undo: second });
    toasts.undo();
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
  });

  it('is announced politely, with the key on its button', () => {
    const fixture = TestBed.createComponent(ToastOutlet);
    toasts.show({ text: '14:56 に再架電します', undo: () => undefined });
    fixture.detectChanges();
    const live = find(fixture, '[aria-live=polite]');
    expect(live.textContent).toContain('14:56 に再架電します');
    expect(live.querySelector('button')?.textContent).toContain('Ctrl+Z');
  });
});
