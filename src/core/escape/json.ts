/**
 * Format a value as JSON that is safe to print: characters with an effect on terminals (DEL, C1 controls, overrides of the writing
 * direction) and Unicode line separators become `\uXXXX`. `JSON.parse` returns the same value.
 *
 * @param indent spaces for each level, for JSON over several lines; default: one line
 */
export function jsonLine(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text as a double-quoted scalar of YAML 1.1 and 1.2, of characters that every reader of YAML accepts. */
export function yamlString(text: string): string {
  return JSON.stringify(text.replace(/\p{Cs}/gu, '\ufffd')).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
