import { CUSTOM_ELEMENTS_SCHEMA, signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import type { SiteView } from '#contracts/users.contract';
import { HeadsetCheck } from '../phone/headset-check';
import { Language } from '../platform/language';
import { ProblemError } from '../platform/problem';
import { Session } from '../platform/session';
import { elementOf } from '../platform/element.testing';
import { settle } from '../platform/settle.testing';
import { Site } from '../platform/site';
import { provideTranslations } from '../platform/translations.testing';
import { Login } from './login';

const SITE: SiteView = {
  centre: '催告センター',
  serverTime: '2026-12-18T05:32:00.000Z',
  demo: true,
  calling: { isOpen: true, from: '8:30', until: '17:00', isDemoHours: false },
  version: '0.1.0',
};

describe('the log-in screen', () => {
  let fixture: ComponentFixture<Login>;
  let page: HTMLElement;
  let logIn: jasmine.Spy;

  beforeEach(async () => {
    localStorage.clear();
    logIn = jasmine.createSpy('logIn').and.resolveTo({ user: { locale: 'ja' } });
    TestBed.configureTestingModule({
      providers: [
        provideTranslations(),
        provideRouter([]),
        { provide: Session, useValue: { logIn } },
        { provide: Site, useValue: { view: signal(SITE), isUnreachable: signal(false), load: () => Promise.resolve() } },
      ],
    }).overrideComponent(Login, { remove: { imports: [HeadsetCheck] }, add: { schemas: [CUSTOM_ELEMENTS_SCHEMA] } });
    fixture = TestBed.createComponent(Login);
    page = elementOf(fixture);
    await fixture.whenStable();
  });
  afterEach(() => localStorage.clear());

  async function submit(userNumber: string, password: string): Promise<void> {
    field('user-number').value = userNumber;
    field('password').value = password;
    page.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await settle(fixture);
  }

  function field(name: string): HTMLInputElement {
    const found = page.querySelector<HTMLInputElement>(`[data-testid=${name}]`);
    if (!found) throw new Error(`no field ${name}`);
    return found;
  }

  it('shows the hours of the day and where the demo accounts are', () => {
    expect(page.textContent).toContain('8:30 – 17:00');
    expect(page.textContent).toContain('起動した端末の画面に');
  });

  it('goes to where the person wanted to go', async () => {
    const go = spyOn(TestBed.inject(Router), 'navigateByUrl').and.resolveTo(true);
    fixture.componentRef.setInput('next', '/desk');
    await submit(' k1207 ', 'secret');
    expect(logIn).toHaveBeenCalledOnceWith({ userNumber: 'k1207', password: 'secret' });
    expect(go).toHaveBeenCalledOnceWith('/desk');
  });

  for (const next of ['//evil.example/', 'https://evil.example/', '/login?next=%2F']) {
    it(`does not follow ${next}`, async () => {
      const go = spyOn(TestBed.inject(Router), 'navigateByUrl').and.resolveTo(true);
      fixture.componentRef.setInput('next', next);
      await submit('k1207', 'secret');
      expect(go).toHaveBeenCalledOnceWith('/');
    });
  }

  it('says what is missing in words and moves the focus there', async () => {
    await submit('k1207', '');
    expect(logIn).not.toHaveBeenCalled();
    expect(page.textContent).toContain('パスワードを入れてください');
    expect(document.activeElement).toBe(field('password'));
    expect(field('password').getAttribute('aria-invalid')).toBe('true');
  });

  it('says a refusal in the language of the screen, also after a switch', async () => {
    logIn.and.rejectWith(new ProblemError('session.wrong-credentials'));
    await submit('k1207', 'wrong');
    const alert = page.querySelector('[role=alert]');
    expect(alert?.textContent).toContain('利用者番号かパスワードが違います');
    TestBed.inject(Language).choose('en');
    await fixture.whenStable();
    expect(alert?.textContent).toContain('The user number or the password is wrong');
  });
});
