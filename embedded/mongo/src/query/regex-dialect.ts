import { CommandError, notSupported } from '../command-error.ts';

const SYNTAX = new Set('^$\\.*+?()[]{}|/');
const SPACE = ' \\t\\n\\v\\f\\r';
/** Escapes that mean the same in PCRE2 (UTF, not UCP) and in JavaScript's unicode mode. */
const SHARED_ESCAPES = new Set('dDwWbBnrtfkpPx0123456789');

/**
 * Turns MongoDB's PCRE2 pattern into a JavaScript one with the same meaning, or refuses it. The differences that matter: `$` also
 * matches before a final newline, `.` excludes only `\n`, `\s` is ASCII, and unknown escapes are errors.
 */
export function translatePattern(pattern: string, options: string): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const flags = new Set([...options, ...(inline?.[1] ?? '')]);
  const translator = new PatternTranslator(pattern.slice(inline?.[0].length ?? 0), flags.has('m'), flags.has('s'));
  const source = translator.translate();
  try {
    return new RegExp(source, flags.has('i') ? 'iu' : 'u');
  } catch {
    throw new CommandError(
      51091,
      'Regular expression is invalid or uses a construct the embedded document server does not support',
    );
  }
}

class PatternTranslator {
  readonly #pattern: string;
  readonly #isMultiline: boolean;
  readonly #dotMatchesNewline: boolean;
  #position = 0;
  #isInClass = false;

  constructor(pattern: string, isMultiline: boolean, dotMatchesNewline: boolean) {
    this.#pattern = pattern;
    this.#isMultiline = isMultiline;
    this.#dotMatchesNewline = dotMatchesNewline;
  }

  translate(): string {
    let source = '';
    while (this.#position < this.#pattern.length) source += this.#next();
    return source;
  }

  #next(): string {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#position) ?? 0);
    this.#position += character.length;
    if (character === '\\') return this.#escape();
    if (this.#isInClass) return this.#inClass(character);
    switch (character) {
      case '[':
        return this.#openClass();
      case '.':
        return this.#dotMatchesNewline ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return this.#isMultiline ? '(?<![^\\n])' : '^';
      case '$':
        return this.#isMultiline ? '(?![^\\n])' : '(?=\\n?(?![\\s\\S]))';
      case ']':
        return '\\]';
      default:
        return character;
    }
  }

  #openClass(): string {
    this.#isInClass = true;
    let opening = '[';
    if (this.#pattern[this.#position] === '^') {
      opening += '^';
      this.#position += 1;
    }
    if (this.#pattern[this.#position] === ']') {
      opening += '\\]';
      this.#position += 1;
    }
    return opening;
  }

  #inClass(character: string): string {
    if (character === ']') this.#isInClass = false;
    if (character !== '[') return character;
    if (':.='.includes(this.#pattern[this.#position] ?? ' ')) throw notSupported('a POSIX character class');
    return '\\[';
  }

  #escape(): string {
    const character = this.#pattern[this.#position] ?? '';
    this.#position += character.length;
    if (character === 's') return this.#isInClass ? SPACE : `[${SPACE}]`;
    if (character === 'S' && !this.#isInClass) return `[^${SPACE}]`;
    if (character === 'A' && !this.#isInClass) return '(?<![\\s\\S])';
    if (character === 'z' && !this.#isInClass) return '(?![\\s\\S])';
    if (character === 'Z' && !this.#isInClass) return '(?=\\n?(?![\\s\\S]))';
    if (character === 'x' && !/^[0-9a-fA-F]{2}/.test(this.#pattern.slice(this.#position))) throw notSupported('this \\x escape');
    if (SYNTAX.has(character) || SHARED_ESCAPES.has(character)) return `\\${character}`;
    if (character === '-') return this.#isInClass ? '\\-' : '-';
    if (character !== '' && !/[A-Za-z0-9]/.test(character)) return character;
    throw notSupported(`the regular expression escape '\\${character}'`);
  }
}
