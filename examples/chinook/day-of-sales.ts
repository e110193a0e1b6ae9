/** A day at the till: sales are entered, corrected, refunded and taken back, and in the evening the books balance. */
import { StaleObject, sum, UniqueViolation, type Engine, type Session } from "petrel";
import { centsOf } from "./money.ts";
import { Track } from "./models/music.ts";
import { Customer } from "./models/sales.ts";
import { Payment, Sale, SaleLine } from "./models/till.ts";

/** The opposite of `centsOf`. */
export const amountOf = (cents: number): string => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;

interface Order {
  readonly customer: number;
  readonly tracks: readonly (readonly [id: number, quantity: number])[];
}

const orders: readonly Order[] = [
  { customer: 1, tracks: [[1, 1], [2, 2]] },
  { customer: 2, tracks: [[6, 1]] },
  { customer: 3, tracks: [[2820, 1], [15, 3], [99, 1]] },
  { customer: 5, tracks: [[1000, 2]] },
  { customer: 8, tracks: [[3500, 1], [1, 1]] },
  { customer: 8, tracks: [[3500, 1], [1, 1]] },
]; // prettier-ignore

const opening = new Date("2026-01-05T09:00:00Z");
const numberOf = (index: number): string => `2026-01-05/${index + 1}`;

/** One object graph per sale: `commit()` writes all of them, parents before children, and fills in the keys. */
const enter = async (till: Engine): Promise<void> => {
  await using session = till.session();
  const tracks = await session.query(Track).inBulk(orders.flatMap((order) => order.tracks.map(([id]) => id)));
  const customers = await session.query(Customer).inBulk(orders.map(({ customer }) => customer));
  for (const [index, order] of orders.entries()) {
    const lines = order.tracks.map(([id, quantity]) => {
      const track = tracks.get(id)!;
      return new SaleLine({ track, quantity, unitPrice: track.unitPrice });
    });
    const total = amountOf(totalOf(lines));
    const soldAt = new Date(opening.getTime() + index * 3_600_000);
    const payments = [new Payment({ kind: "charge", amount: total })];
    session.add(new Sale({ number: numberOf(index), customer: customers.get(order.customer)!, soldAt, total, lines, payments }));
  }
  await session.commit();
};

const totalOf = (lines: readonly Pick<SaleLine, "unitPrice" | "quantity">[]): number =>
  lines.reduce((cents, { unitPrice, quantity }) => cents + centsOf(unitPrice) * quantity, 0);

const saleOf = (session: Session, index: number) =>
  session
    .query(Sale)
    .with("lines", "payments")
    .get({ number: numberOf(index) });

/** One track more, and what it costs: the sale, its line and a new payment change together or not at all. */
const addOne = async (session: Session, sale: Awaited<ReturnType<typeof saleOf>>): Promise<void> => {
  const [line] = sale.lines;
  line!.quantity += 1;
  const before = centsOf(sale.total);
  sale.total = amountOf(totalOf(sale.lines));
  session.add(new Payment({ saleId: sale.id, kind: "charge", amount: amountOf(centsOf(sale.total) - before) }));
  await session.commit();
};

/** Two clerks correct the same sale. The second one's object is older than the row: it is refused, reads again, and goes on from there. */
const correct = async (till: Engine): Promise<number> => {
  await using first = till.session();
  await using second = till.session();
  const [mine, theirs] = [await saleOf(first, 1), await saleOf(second, 1)];
  await addOne(first, mine);
  try {
    await addOne(second, theirs);
    return 0;
  } catch (error) {
    if (!(error instanceof StaleObject)) throw error;
    await using again = till.session();
    await addOne(again, await saleOf(again, 1));
    return 1;
  }
};

/** The money goes back; what was sold stays in the books, and so does that it came back. */
const refund = async (till: Engine): Promise<void> => {
  await till.transaction(async (session) => {
    const sale = await saleOf(session, 3);
    session.add(new Payment({ saleId: sale.id, kind: "refund", amount: sale.total }));
  });
};

/** The last sale was entered twice. First the wrong one is marked as deleted; that is put right. */
const takeBack = async (till: Engine): Promise<void> => {
  const session = till.session();
  const [wrong, twice] = [await saleOf(session, 0), await saleOf(session, 5)];
  await session.softDelete(wrong);
  await session.restore(wrong);
  await session.softDelete(twice);
};

/** A number that is taken: the sale before it in the same transaction is not kept either. */
const failToEnter = async (till: Engine): Promise<number> => {
  const soldAt = new Date("2026-01-05T18:00:00Z");
  try {
    await till.transaction(async (session) => {
      await session.insert(Sale, { number: "2026-01-05/7", customerId: 1, soldAt, total: "0.99" });
      await session.insert(Sale, { number: numberOf(0), customerId: 1, soldAt, total: "0.99" });
    });
    return 0;
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    return 1;
  }
};

export interface SoldTo {
  readonly number: string;
  readonly customer: string;
  readonly tracks: number;
  readonly totalCents: number;
  readonly paidCents: number;
}

/** What is in the books in the evening. Amounts of money are whole cents. */
export interface Books {
  readonly sales: readonly SoldTo[];
  readonly tracksSold: number;
  /** The totals of the sales, and the same from their lines and from what was charged. */
  readonly totalCents: number;
  readonly linesCents: number;
  readonly chargedCents: number;
  readonly refundedCents: number;
  /** Sales that are marked as deleted. */
  readonly takenBack: number;
  readonly staleWrites: number;
  readonly refusedNumbers: number;
}

const paid = ({ payments }: { readonly payments: readonly Payment[] }): number =>
  payments.reduce((cents, { kind, amount }) => cents + (kind === "charge" ? centsOf(amount) : -centsOf(amount)), 0);

/** The database adds up what it holds; deleted sales count nowhere, nor do their lines and payments. */
export const closeBooks = async (till: Engine): Promise<Omit<Books, "staleWrites" | "refusedNumbers">> => {
  const sales = await till.query(Sale).with("customer", "lines", "payments").orderBy("soldAt").all();
  const lines = till
    .query(SaleLine)
    .filter({ sale__id__isNull: false })
    .annotate((line) => ({ paid: line.unitPrice.times(line.quantity) }));
  const payments = till.query(Payment).filter({ sale__id__isNull: false });
  const bySale = await lines
    .groupBy("saleId")
    .annotate({ worth: sum("paid"), tracks: sum("quantity") })
    .all();
  return {
    sales: sales.map((sale) => ({
      number: sale.number,
      customer: sale.customer.fullName,
      tracks: sale.lines.reduce((count, { quantity }) => count + quantity, 0),
      totalCents: centsOf(sale.total),
      paidCents: paid(sale),
    })),
    tracksSold: bySale.reduce((count, { tracks }) => count + (tracks ?? 0), 0),
    totalCents: centsOf(await till.query(Sale).sum("total")),
    linesCents: bySale.reduce((cents, { worth }) => cents + centsOf(worth), 0),
    chargedCents: centsOf(await payments.filter({ kind: "charge" }).sum("amount")),
    refundedCents: centsOf(await payments.filter({ kind: "refund" }).sum("amount")),
    takenBack: await till.query(Sale).onlyDeleted().count(),
  };
};

/** Throws where the books do not balance: what was sold is what its lines say and what was charged for it, and what is in the till is the rest. */
export const assertBalance = ({
  sales,
  totalCents,
  linesCents,
  chargedCents,
  refundedCents,
}: Omit<Books, "staleWrites" | "refusedNumbers">): void => {
  const inTheTill = sales.reduce((cents, { paidCents }) => cents + paidCents, 0);
  if (totalCents === linesCents && totalCents === chargedCents && inTheTill === chargedCents - refundedCents) return;
  throw new Error("The books do not balance.");
};

/** Plays the day on an empty till that was stocked. */
export const playDay = async (till: Engine): Promise<Books> => {
  await enter(till);
  const staleWrites = await correct(till);
  await refund(till);
  await takeBack(till);
  const refusedNumbers = await failToEnter(till);
  const books = { ...(await closeBooks(till)), staleWrites, refusedNumbers };
  assertBalance(books);
  return books;
};
