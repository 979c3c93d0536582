import { type EnvironmentProviders, importProvidersFrom } from '@angular/core';
import { TranslocoTestingModule } from '@jsverse/transloco';
import type { CallView } from '#contracts/calls.contract';
import type { CaseRow, CaseView, Category } from '#contracts/cases.contract';
import type { CallId, CaseId, CategoryCode, PhoneId, UserId } from '#contracts/ids.contract';
import type { SessionView } from '#contracts/users.contract';
import callsEn from '../../../public/i18n/calls/en.json';
import callsJa from '../../../public/i18n/calls/ja.json';
import casesEn from '../../../public/i18n/cases/en.json';
import casesJa from '../../../public/i18n/cases/ja.json';
import en from '../../../public/i18n/en.json';
import ja from '../../../public/i18n/ja.json';
import phoneEn from '../../../public/i18n/phone/en.json';
import phoneJa from '../../../public/i18n/phone/ja.json';
import recordingsEn from '../../../public/i18n/recordings/en.json';
import recordingsJa from '../../../public/i18n/recordings/ja.json';

/** The desk's real words, loaded at once. */
export function provideDeskWords(): EnvironmentProviders {
  return importProvidersFrom(
    TranslocoTestingModule.forRoot({
      langs: {
        ja,
        en,
        'calls/ja': callsJa,
        'calls/en': callsEn,
        'cases/ja': casesJa,
        'cases/en': casesEn,
        'phone/ja': phoneJa,
        'phone/en': phoneEn,
        'recordings/ja': recordingsJa,
        'recordings/en': recordingsEn,
      },
      translocoConfig: { availableLangs: ['ja', 'en'], defaultLang: 'ja', reRenderOnLangChange: true },
      preloadLangs: true,
    }),
  );
}

// Branded ids are plain strings at run time; only the server makes real ones.
export const callId = (id: string): CallId => id as CallId;
export const caseId = (id: string): CaseId => id as CaseId;
export const categoryCode = (code: string): CategoryCode => code as CategoryCode;

export const INSURANCE: Category = {
  code: categoryCode('01'),
  name: { ja: '国民健康保険料', en: 'National health insurance' },
  shortName: { ja: '国保', en: 'NHI' },
  callerIdDisplay: '022-000-1100',
};

export const CAR_TAX: Category = {
  code: categoryCode('02'),
  name: { ja: '軽自動車税', en: 'Light vehicle tax' },
  shortName: { ja: '軽自', en: 'Vehicle tax' },
  callerIdDisplay: '022-000-1200',
};

export function aCall(change: Partial<CallView> = {}): CallView {
  return {
    id: callId('call-1'),
    version: 1,
    direction: 'outbound',
    phase: 'dialling',
    partOf: null,
    caseId: caseId('case-1'),
    phoneId: 'phone-1' as PhoneId,
    category: INSURANCE,
    numberDisplay: '090-0000-0412',
    candidates: [],
    startedAt: '2026-12-18T05:28:00.000Z',
    answeredAt: null,
    endedAt: null,
    cause: null,
    endedBy: null,
    isMuted: false,
    parties: [],
    language: 'ja',
    isRecordingPaused: false,
    wrapUpUntil: null,
    handedOverNote: null,
    identity: {},
    isIdentified: false,
    suggestedResult: null,
    recording: 'none',
    draft: { note: '', resultCode: null, contents: [], savedAt: null },
    ...change,
  };
}

export function aCase(change: Partial<CaseView> = {}): CaseView {
  return {
    id: caseId('case-1'),
    version: 1,
    person: {
      name: '及川 健一',
      kana: 'オイカワ ケンイチ',
      addresseeNumber: '0041882350',
      birthDate: '1952-05-14',
      address: '青葉区架橋町2-4-10',
      household: { isHead: true, size: 2 },
      language: 'ja',
    },
    flags: [],
    phones: [
      { id: 'phone-1' as PhoneId, kind: 'mobile', display: '090-0000-0412', answered: 1, tried: 3 },
      { id: 'phone-2' as PhoneId, kind: 'workplace', display: '022-000-7700', answered: 0, tried: 0 },
    ],
    categories: [INSURANCE, CAR_TAX],
    debts: [debt('01', 8, 18_400), debt('01', 9, 18_300), { ...debt('02', 1, 10_800), dueDate: '2026-06-01' }],
    asOf: '2026-12-17',
    timeline: [],
    gate: {
      allowed: true,
      reasons: [
        { code: 'stop-flag', passed: true, values: {} },
        { code: 'attempts-today', passed: true, values: { count: 1, limit: 3 } },
        { code: 'attempts-month', passed: true, values: { count: 4, limit: 10 } },
      ],
      checkedAt: '2026-12-18T05:28:00.000Z',
    },
    ...change,
  };
}

export function aRow(order: number, change: Partial<CaseRow> = {}): CaseRow {
  return {
    id: caseId(`case-${order}`),
    order,
    nameMasked: '及●　健●',
    kanaMasked: 'オ●●●　ケ●●●',
    ward: '青葉区',
    categories: [INSURANCE.code],
    arrears: 36_700,
    attemptsToday: 0,
    lastResult: null,
    lastCallAt: null,
    nextCallAt: null,
    flags: [],
    state: 'open',
    ...change,
  };
}

export function aSession(): SessionView {
  return {
    user: {
      id: 'user-1' as UserId,
      number: 'k1207',
      name: '佐藤 美咲',
      role: 'agent',
      seat: '席07',
      locale: 'ja',
      categories: [INSURANCE.code],
    },
    permissions: ['cases.list', 'cases.read', 'calls.read', 'calls.dial', 'calls.control', 'calls.record', 'recordings.play'],
    serverTime: new Date().toISOString(),
    demo: true,
    centre: '仙台市収納業務集約センター',
  };
}

function debt(code: string, instalment: number, arrears: number) {
  return {
    categoryCode: categoryCode(code),
    fiscalYear: 2025,
    instalment,
    dueDate: `2026-0${instalment === 8 ? 2 : 3}-02`,
    assessed: arrears,
    paid: 0,
    arrears,
  };
}
