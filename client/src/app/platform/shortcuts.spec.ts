import { TestBed } from '@angular/core/testing';
import { Shortcuts } from './shortcuts';

function press(init: KeyboardEventInit & { keyCode?: number }, target: EventTarget = document): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

describe('a shortcut', () => {
  let shortcuts: Shortcuts;
  let run: jasmine.Spy;
  let field: HTMLInputElement;

  beforeEach(() => {
    shortcuts = TestBed.inject(Shortcuts);
    run = jasmine.createSpy('run');
    field = document.createElement('input');
    document.body.append(field);
  });
  afterEach(() => field.remove());

  it('runs and takes the key from the browser', () => {
    shortcuts.register('F2', run);
    expect(press({ key: 'F2' }).defaultPrevented).toBeTrue();
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('leaves other keys alone', () => {
    shortcuts.register('F2', run);
    expect(press({ key: 'F3' }).defaultPrevented).toBeFalse();
    expect(run).not.toHaveBeenCalled();
  });

  it('is silent while an input method composes', () => {
    shortcuts.register('Enter', run, { inTextFields: true });
    press({ key: 'Enter', isComposing: true }, field);
    press({ key: 'Enter', keyCode: 229 }, field);
    expect(run).not.toHaveBeenCalled();
  });

  it('ignores a second F4 within a second, so that it cannot end the next call', () => {
    shortcuts.register('F4', run, { ignoreRepeatWithinMs: 1000 });
    press({ key: 'F4' });
    press({ key: 'F4' });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('is not repeated by a key held down', () => {
    shortcuts.register('F2', run);
    press({ key: 'F2', repeat: true });
    expect(run).not.toHaveBeenCalled();
  });

  it('leaves letters and Enter to a text field, but not F-keys and Ctrl', () => {
    shortcuts.register('1', run);
    shortcuts.register('Enter', run);
    press({ key: '1' }, field);
    press({ key: 'Enter' }, field);
    expect(run).not.toHaveBeenCalled();
    shortcuts.register('Ctrl+Enter', run);
    shortcuts.register('F6', run);
    press({ key: 'Enter', ctrlKey: true }, field);
    press({ key: 'F6' }, field);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('gives the key back to the one before', () => {
    const older = jasmine.createSpy('older');
    shortcuts.register('F2', older);
    const giveBack = shortcuts.register('F2', run);
    giveBack();
    press({ key: 'F2' });
    expect(run).not.toHaveBeenCalled();
    expect(older).toHaveBeenCalledTimes(1);
  });
});
