import { expect } from 'chai';

import { createExecTickets } from '../../../src/server/exec/exec-tickets.ts';
import type { Caller } from '../../../src/server/tokens/authorizer.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('tickets of execs', () => {
  const caller: Caller = { label: 'agent', right: 'write' };

  it('are valid for half a minute', async () => {
    const clock = new ManualClock();
    const tickets = createExecTickets(clock);
    const [early, late] = [tickets.issue('web', caller), tickets.issue('web', caller)];
    await clock.advance(30_000);
    expect(tickets.redeem(early.ticket, 'web')).to.equal(caller);
    await clock.advance(1);
    expect(tickets.redeem(late.ticket, 'web')).to.equal(undefined);
  });

  it('end with the token that they were issued for', () => {
    const tickets = createExecTickets(new ManualClock());
    const token = new AbortController();
    const { ticket } = tickets.issue('web', { ...caller, ended: token.signal });
    token.abort();
    expect(tickets.redeem(ticket, 'web')).to.equal(undefined);
  });

  it('are used up by a wrong task too, and are not guessed', () => {
    const tickets = createExecTickets(new ManualClock());
    const { ticket } = tickets.issue('web', caller);
    expect(tickets.redeem('', 'web')).to.equal(undefined);
    expect(tickets.redeem(ticket, 'db')).to.equal(undefined);
    expect(tickets.redeem(ticket, 'web')).to.equal(undefined);
  });

  it('are dropped, the oldest first, when many are not used', () => {
    const tickets = createExecTickets(new ManualClock());
    const issued = Array.from({ length: 300 }, () => tickets.issue('web', caller).ticket);
    expect(issued.map((ticket) => tickets.redeem(ticket, 'web')).indexOf(caller)).to.equal(300 - 256);
  });
});
