type Pair = readonly [text: string, kana: string];

export const SURNAMES: readonly [Pair, ...Pair[]] = [
  ['佐藤', 'サトウ'],
  ['鈴木', 'スズキ'],
  ['高橋', 'タカハシ'],
  ['佐々木', 'ササキ'],
  ['千葉', 'チバ'],
  ['阿部', 'アベ'],
  ['菅原', 'スガワラ'],
  ['伊藤', 'イトウ'],
  ['渡辺', 'ワタナベ'],
  ['加藤', 'カトウ'],
  ['遠藤', 'エンドウ'],
  ['早坂', 'ハヤサカ'],
  ['菊地', 'キクチ'],
  ['及川', 'オイカワ'],
  ['小野寺', 'オノデラ'],
  ['三浦', 'ミウラ'],
  ['庄司', 'ショウジ'],
  ['今野', 'コンノ'],
  ['大友', 'オオトモ'],
  ['我妻', 'アガツマ'],
  ['相沢', 'アイザワ'],
  ['村上', 'ムラカミ'],
  ['熊谷', 'クマガイ'],
  ['畠山', 'ハタケヤマ'],
  ['丹野', 'タンノ'],
  ['木村', 'キムラ'],
  ['斎藤', 'サイトウ'],
  ['長谷川', 'ハセガワ'],
  ['森', 'モリ'],
  ['星', 'ホシ'],
];

export const GIVEN_NAMES: readonly [Pair, ...Pair[]] = [
  ['太郎', 'タロウ'],
  ['翔太', 'ショウタ'],
  ['健一', 'ケンイチ'],
  ['大輔', 'ダイスケ'],
  ['拓也', 'タクヤ'],
  ['誠', 'マコト'],
  ['直樹', 'ナオキ'],
  ['和夫', 'カズオ'],
  ['正', 'タダシ'],
  ['博之', 'ヒロユキ'],
  ['蓮', 'レン'],
  ['悠斗', 'ユウト'],
  ['花子', 'ハナコ'],
  ['美咲', 'ミサキ'],
  ['陽子', 'ヨウコ'],
  ['恵子', 'ケイコ'],
  ['裕子', 'ユウコ'],
  ['愛', 'アイ'],
  ['由美子', 'ユミコ'],
  ['千尋', 'チヒロ'],
  ['節子', 'セツコ'],
  ['結衣', 'ユイ'],
  ['葵', 'アオイ'],
  ['真理', 'マリ'],
];

export interface ForeignName {
  name: string;
  kana: string;
  language: 'vi' | 'ne';
}

export const FOREIGN_NAMES: readonly [ForeignName, ...ForeignName[]] = [
  { name: 'NGUYEN VAN AN', kana: 'グエン　ヴァン　アン', language: 'vi' },
  { name: 'TRAN THI HOA', kana: 'チャン　ティ　ホア', language: 'vi' },
  { name: 'LE MINH DUC', kana: 'レ　ミン　ドゥック', language: 'vi' },
  { name: 'PHAM THI LAN', kana: 'ファム　ティ　ラン', language: 'vi' },
  { name: 'VO QUOC BAO', kana: 'ヴォ　クオック　バオ', language: 'vi' },
  { name: 'RAI SUMAN', kana: 'ライ　スマン', language: 'ne' },
  { name: 'TAMANG BISHNU', kana: 'タマン　ビシュヌ', language: 'ne' },
  { name: 'GURUNG ANITA', kana: 'グルン　アニタ', language: 'ne' },
  { name: 'SHRESTHA PRAKASH', kana: 'シュレスタ　プラカシュ', language: 'ne' },
];

/** Sendai's wards are real, the towns are invented: no synthetic person lives at a real address. */
export const TOWNS_BY_WARD: readonly [
  readonly [ward: string, towns: readonly [string, ...string[]]],
  ...(readonly [string, readonly [string, ...string[]]])[],
] = [
  ['青葉区', ['架橋町', '欅台', '青陵', '広瀬見']],
  ['宮城野区', ['萩野原', '東雲台', '榴台']],
  ['若林区', ['若苗町', '沖の浜', '六丁田']],
  ['太白区', ['太白台', '名取見', '緑陽町']],
  ['泉区', ['泉平', '七北見', '高陽台']],
];

export const BUILDINGS: readonly [string, ...string[]] = ['ハイツけやき', 'コーポ広瀬', 'メゾン青葉', '市営架橋住宅'];
