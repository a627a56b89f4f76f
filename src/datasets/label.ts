/**
 * A label as it is stored and looked for, whichever way it comes in: without white space around it, and in Unicode's composed form
 * (NFC), so that what looks the same is the same.
 */
export const canonicalLabel = (label: string): string => label.trim().normalize('NFC');
