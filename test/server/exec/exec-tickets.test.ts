import { expect } from 'chai';

import { createExecTickets } from '../../../src/server/exec/exec-tickets.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('tickets of execs', () => {
  it('are valid for half a minute', async () => {
    const clock = new ManualClock();
    const tickets = createExecTickets(clock);
    const [early, late] = [tickets.issue('web'), tickets.issue('web')];
    await clock.advance(30_000);
    expect(tickets.redeem(early.ticket, 'web')).to.equal(true);
    await clock.advance(1);
    expect(tickets.redeem(late.ticket, 'web')).to.equal(false);
  });

  it('are used up by a wrong task too, and are not guessed', () => {
    const tickets = createExecTickets(new ManualClock());
    const { ticket } = tickets.issue('web');
    expect(tickets.redeem('', 'web')).to.equal(false);
    expect(tickets.redeem(ticket, 'db')).to.equal(false);
    expect(tickets.redeem(ticket, 'web')).to.equal(false);
  });

  it('are dropped, the oldest first, when many are not used', () => {
    const tickets = createExecTickets(new ManualClock());
    const issued = Array.from({ length: 300 }, () => tickets.issue('web').ticket);
    expect(issued.map((ticket) => tickets.redeem(ticket, 'web')).indexOf(true)).to.equal(300 - 256);
  });
});
