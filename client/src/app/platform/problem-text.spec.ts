import { TestBed } from '@angular/core/testing';
import { TranslocoService } from '@jsverse/transloco';
import { ProblemError, readProblem } from './problem';
import { ProblemText } from './problem-text';
import { provideTranslations } from './translations.testing';

describe('the sentence of a problem', () => {
  let text: ProblemText;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [provideTranslations()] });
    text = TestBed.inject(ProblemText);
  });

  it('says what happened, the way out and the number to quote', () => {
    const problem = { type: 'https://x', code: 'phone.not-ready', title: 'x', status: 409, instance: 'r-9' } as const;
    const sentence = text.of(ProblemError.from(problem));
    expect(sentence.what).toBe('電話がまだつながっていません。');
    expect(sentence.wayOut).toContain('ヘッドセット');
    expect(sentence.number).toBe('r-9');
  });

  it('is in the language of the screen', () => {
    TestBed.inject(TranslocoService).setActiveLang('en');
    expect(text.of(new ProblemError('client.offline')).what).toBe('The server cannot be reached.');
  });

  it('never shows the message of an unknown error', () => {
    expect(text.of(new Error('ECONNRESET at 10.0.0.1')).what).toBe('処理の途中で問題が起きました。');
  });

  it('reads only documents with a code and a status', () => {
    expect(readProblem('<html>')).toBeUndefined();
    expect(readProblem({ code: 7, status: 400 })).toBeUndefined();
    expect(readProblem({ code: 'access.denied', status: 403 })?.code).toBe('access.denied');
  });
});
