/**
 * A value as one line of JSON that is safe to print: what a terminal would act on (DEL, C1 controls, overrides of writing
 * direction) and what some readers take for the end of a line is written as `\uXXXX`. `JSON.parse` gives back the same value.
 *
 * @param indent spaces of each level, for JSON over several lines; none unless told
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
