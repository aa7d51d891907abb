import { createTheme, defaultVariantColorsResolver, Input, type CSSVariablesResolver, type MantineColorsTuple, type VariantColorsResolver } from '@mantine/core';

const accent: MantineColorsTuple = ['#eef2ff', '#dde5ff', '#bac9fd', '#93a9f9', '#7189f3', '#566fe9', '#4359d3', '#3649b0', '#2c3b8d', '#232f6d'];
const amber: MantineColorsTuple = ['#fff8e8', '#fdeecb', '#fadd98', '#f5c862', '#eeb23a', '#e39c1c', '#c98208', '#a56800', '#865300', '#6b4200'];
const green: MantineColorsTuple = ['#ecfaf3', '#d6f3e4', '#ade6c9', '#7fd6ab', '#55c38e', '#33ad75', '#1f935f', '#15784d', '#0f5f3d', '#0a4a30'];
const gray: MantineColorsTuple = ['#f8f9fb', '#f1f3f6', '#e6e9ee', '#dbe0e6', '#c4cad3', '#9ba3af', '#727b88', '#535c69', '#363d47', '#1b1f25'];
const dark: MantineColorsTuple = ['#e4e7ec', '#c3c8d1', '#a3aab6', '#7a818e', '#383e49', '#2d323b', '#1f2329', '#15181c', '#101215', '#0b0c0e'];

/** A quiet ground with a strong word on it, in both schemes: Mantine's own is loud in the dark and pale in the light. */
const variants: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== 'light') return colors;
  const color = input.color ?? 'accent';
  const ground = (part: number) => `color-mix(in srgb, var(--mantine-color-${color}-6) ${part}%, var(--mantine-color-body))`;
  return { ...colors, background: ground(12), hover: ground(18), color: `light-dark(var(--mantine-color-${color}-9), var(--mantine-color-${color}-3))` };
};

/** Neutral greys and one accent; states have colours of their own, and never colour alone. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  colors: { accent, amber, green, gray, dark },
  defaultRadius: 'sm',
  radius: { xs: '0.25rem', sm: '0.375rem', md: '0.5rem', lg: '0.75rem', xl: '1rem' },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem', lineHeight: '1.3' }, h2: { fontSize: '1.0625rem', lineHeight: '1.4' }, h3: { fontSize: '0.9375rem', lineHeight: '1.4' } },
  },
  variantColorResolver: variants,
  components: {
    // What helps stands below a field, so that fields in a row are level.
    InputWrapper: Input.Wrapper.extend({ defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } }),
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  shadows: {
    xs: '0 1px 2px rgb(16 24 40 / 6%)',
    sm: '0 1px 3px rgb(16 24 40 / 8%), 0 1px 2px rgb(16 24 40 / 4%)',
    md: '0 6px 20px rgb(16 24 40 / 10%), 0 2px 6px rgb(16 24 40 / 5%)',
  },
});

/** What Mantine's own ramps do not reach: text that is quiet yet has a contrast of 4.5 : 1, and the console's surfaces. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': gray[9],
    '--mantine-color-dimmed': '#5c6573',
    '--mantine-color-placeholder': '#6b7482',
    '--mantine-color-anchor': accent[6],
    '--mantine-color-error': '#c4272f',
    '--mantine-color-default-border': gray[3],
    '--rh-sidebar': '#f7f8fa',
    '--rh-sidebar-platform': '#f6f1f9',
    '--rh-platform': '#7a3e9d',
    '--rh-hover': 'rgb(20 30 50 / 5%)',
    '--rh-line': gray[2],
  },
  dark: {
    '--mantine-color-body': dark[7],
    '--mantine-color-text': dark[0],
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-placeholder': '#8d95a2',
    '--mantine-color-anchor': accent[3],
    '--mantine-color-error': '#ff8a8f',
    '--mantine-color-default-border': dark[4],
    '--rh-sidebar': dark[8],
    '--rh-sidebar-platform': '#1c1422',
    '--rh-platform': '#cf9fec',
    '--rh-hover': 'rgb(255 255 255 / 6%)',
    '--rh-line': '#272c34',
  },
});
