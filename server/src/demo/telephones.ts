import { DirectoryEntryId, type Language } from '#contracts/directory.contract';
import { CategoryCode, PhoneNumber } from '#contracts/ids.contract';
import type { ListedTelephone } from '../directory/directory.store.ts';

type Row = [id: string, ja: string, en: string, number: string];

/** Sections of the city with the debts they answer for. The area code 022-000 belongs to nobody. */
const SECTIONS: readonly [...Row, categories: string[]][] = [
  ['section-insurance', '保険年金課', 'Insurance and Pension Section', '+81220002100', ['01', '02']],
  ['section-care', '介護保険課', 'Long-term Care Section', '+81220002110', ['03']],
  ['section-tax', '納税課', 'Tax Payment Section', '+81220002120', ['04', '05', '06', '07']],
  ['section-assessment', '市民税課', 'Municipal Tax Section', '+81220002130', ['04']],
  ['section-childcare', '保育課', 'Childcare Section', '+81220002140', ['08']],
  ['section-lunch', '給食センター', 'School Lunch Centre', '+81220002150', ['09']],
  ['section-welfare', '社会課', 'Social Welfare Section', '+81220002160', ['10', '11']],
];

/** Interpreters reached by telephone. */
const INTERPRETERS: readonly [...Row, languages: Language[]][] = [
  ['interpreter-ne', '電話通訳(ネパール語)', 'Telephone interpreter, Nepali', '+81220003101', ['ne']],
  ['interpreter-vi', '電話通訳(ベトナム語)', 'Telephone interpreter, Vietnamese', '+81220003102', ['vi']],
  ['interpreter-en', '電話通訳(英語)', 'Telephone interpreter, English', '+81220003103', ['en']],
];

const INSTITUTIONS: readonly Row[] = [
  ['institution-hospital', '市立病院 医事課', 'City Hospital, Medical Affairs', '+81220004100'],
  ['institution-clinic', '急患センター', 'Emergency Clinic', '+81220004110'],
];

/** The demonstration's directory; the synthetic carrier answers at every one of these numbers. */
export const DEMO_TELEPHONES: readonly ListedTelephone[] = [
  ...SECTIONS.map(([id, ja, en, number, categories]) => ({
    ...listed('section', [id, ja, en, number]),
    categories: categories.map((code) => CategoryCode.parse(code)),
  })),
  ...INTERPRETERS.map(([id, ja, en, number, languages]) => ({ ...listed('interpreter', [id, ja, en, number]), languages })),
  ...INSTITUTIONS.map((row) => listed('institution', row)),
];

function listed(kind: ListedTelephone['kind'], [id, ja, en, number]: Row): ListedTelephone {
  return {
    id: DirectoryEntryId.parse(id),
    kind,
    name: { ja, en },
    number: PhoneNumber.parse(number),
    languages: [],
    categories: [],
  };
}
