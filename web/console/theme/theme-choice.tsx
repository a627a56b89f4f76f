import { useState } from 'react';
import { applyTheme, rememberedTheme, type Theme } from './theme';
import styles from './theme-choice.module.css';

const THEMES: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };
const isTheme = (value: string): value is Theme => value in THEMES;

export function ThemeChoice() {
  const [theme, setTheme] = useState(rememberedTheme);
  return (
    <label className={styles.choice}>
      <span className={styles.title}>Colours</span>
      <select
        value={theme}
        onChange={({ target }) => {
          if (!isTheme(target.value)) return;
          applyTheme(target.value);
          setTheme(target.value);
        }}
      >
        {Object.entries(THEMES).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
