import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect } from 'vitest';

export const press = async (name: string, inside = document.body) => fireEvent.click(await within(inside).findByRole('button', { name }));
export const fill = (label: RegExp | string, value: string, inside = document.body) => fireEvent.change(within(inside).getByLabelText(label), { target: { value } });
export const escape = () => fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
export const clickBeside = () => document.querySelectorAll('[class*=Overlay-root]').forEach((overlay) => fireEvent.click(overlay));
export const dialog = (name: string) => screen.findByRole('dialog', { name });

/** For what must not happen: time in which it would. */
export const passed = () => act(() => new Promise((resolve) => setTimeout(resolve, 50)));
export const gone = (name: string) => waitFor(() => expect(screen.queryByRole('dialog', { name })).toBeNull());
