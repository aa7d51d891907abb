// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { me, member, problem, serve, show, type Answers } from './console';
import { fill, press } from './hands';
import { Door } from '../src/account/Door';

const link = '/invitation#token=abc';

describe('an invitation', () => {
  const invitation = { tenant: { slug: 'smith', name: 'Smith Cards' }, email: 'carl@smith.example', name: 'Carl', role: 'member', expiresAt: '2026-01-03T03:04:05Z' };
  const openLink = (answers: Answers) => {
    const served = serve(answers);
    window.history.replaceState(null, '', link);
    const entered = vi.fn();
    show(<Door path="/invitation" onEnter={entered} />);
    return { ...served, entered };
  };

  test('of somebody new asks for a password and leads into the tenant, signed in', async () => {
    const { asked, entered } = openLink({ 'POST /api/invitations/read': { ...invitation, acceptBy: 'password' }, 'POST /api/password/set': {}, 'POST /api/session': me });
    await screen.findByRole('heading', { name: 'Join Smith Cards' });
    fill('New password', 'a sentence');
    fill('New password again', 'a sentence');
    await press('Set password and join');

    await waitFor(() => expect(entered).toHaveBeenCalledWith('/t/smith'));
    expect(asked.slice(1)).toEqual([
      { what: 'POST /api/password/set', body: { token: 'abc', password: 'a sentence' } },
      { what: 'POST /api/session', body: { email: 'carl@smith.example', password: 'a sentence', tenant: 'smith' } },
    ]);
  });

  test('of somebody who has an account is accepted in their session, after signing in where it is not theirs', async () => {
    const server: Answers = { 'POST /api/invitations/read': { ...invitation, acceptBy: 'session' }, 'POST /api/invitations/accept': problem(403, 'people:invited-somebody-else'), 'POST /api/session': me };
    const { entered } = openLink(server);
    await press('Accept the invitation');

    expect((await screen.findByLabelText<HTMLInputElement>('E-mail')).value).toBe('carl@smith.example');
    server['POST /api/invitations/accept'] = member('Carl');
    fill('Password', 'a sentence');
    await press('Sign in');

    await waitFor(() => expect(entered).toHaveBeenCalledWith('/t/smith'));
  });

  test('whose link is used up says so', async () => {
    openLink({ 'POST /api/invitations/read': problem(400, 'people:link-invalid') });
    await screen.findByText('This link has been used or replaced, or is too old');
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  test.each([
    ['the server fails', problem(503, 'server:store-unavailable'), 'The database cannot be reached just now'],
    ['there is no connection', () => Promise.reject(new TypeError('fetch failed')), 'The server cannot be reached'],
  ])('that cannot be read because %s is read again on request', async (_, failure, words) => {
    const server: Answers = { 'POST /api/invitations/read': failure };
    openLink(server);
    await screen.findByText(words);

    server['POST /api/invitations/read'] = { ...invitation, acceptBy: 'session' };
    await press('Try again');

    await screen.findByRole('heading', { name: 'Join Smith Cards' });
    expect(screen.queryByText(words)).toBeNull();
  });

  test('that is opened in the same tab as another takes its own token', async () => {
    const { asked } = openLink({ 'POST /api/invitations/read': { ...invitation, acceptBy: 'password' } });
    await screen.findByLabelText('New password');
    fill('New password', 'a sentence');

    window.location.hash = '#token=new';

    await waitFor(() => expect(asked.map(({ body }) => body)).toEqual([{ token: 'abc' }, { token: 'new' }]));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('New password').value).toBe(''));
  });
});
