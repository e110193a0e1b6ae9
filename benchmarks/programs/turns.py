"""What Python's contenders share: the rounds that are asked for on stdin, and reading every value of a result as `reading.ts` does.

Results are added up after the clock has stopped: in Python that alone would be most of what is measured. Whoever converts late gains by it.
"""
import asyncio
import json
import resource
import sys
import time

USERS = "SELECT id, name, email, age, score FROM bench_users"


def target():
    return json.loads(sys.argv[1])


def new_user(index):
    return (f"user{index}", f"user{index}@example.com", 25 + index % 50, 85.5 + index % 15)


def id_of(index):
    return index * 7919 % 10_000 + 1


def signed(number):
    number = int(number) & 0xFFFFFFFF
    return number - 0x100000000 if number >= 0x80000000 else number


def of_text(text):
    return len(text) * 31 + ord(text[-1]) + ord(text[len(text) >> 1]) * 7


def mixed(number, by=2_654_435_761):
    return signed(int(number) * by)


def read_user(row):
    key, name, email, age, score = row
    return signed(key * 7 + age * 3 + score * 2 + of_text(name) + of_text(email) * 5)


def read_users(rows):
    return signed(sum(mixed(read_user(row)) for row in rows))


def read_members(rows):
    total = 0
    for key, name, email, age, is_active, created_at in rows:
        moment = round(created_at.timestamp() * 1000) % 1_000_003
        total += mixed(key * 7 + age * 3 + (1 if is_active is True else 0) + moment + of_text(name) + of_text(email) * 5)
    return signed(total)


def read_texts(texts):
    return signed(sum(mixed(of_text(text)) for text in texts))


def read_authors(authors):
    """Authors as (id, name, posts), posts as (id, title, views)."""
    total = 0
    for key, name, posts in authors:
        own = key * 7 + of_text(name)
        for post_key, title, views in posts:
            own += mixed(post_key * 3 + of_text(title) + views, 40_503)
        total += mixed(signed(own))
    return signed(total)


def rounded(number):
    """As Math.round does."""
    return int(float(number) + 0.5)


def read_totals(totals):
    result = 0
    for age, people, total, mean in totals:
        result = signed(signed(result * 31) + age + int(people) * 7 + rounded(float(total) * 10) + rounded(float(mean) * 100))
    return result


def nothing(_):
    return 0


def is_key(key):
    if not key > 0:
        raise ValueError("No generated key came back.")
    return 0


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1e6


async def all_of(call, calls, first, concurrency):
    """Each loop asks again as soon as it has its answer."""
    results = []
    if concurrency == 1:
        for index in range(first, first + calls):
            results.append(await call(index))
        return results
    numbers = iter(range(first, first + calls))

    async def loop():
        for index in numbers:
            results.append(await call(index))

    await asyncio.gather(*(loop() for _ in range(min(concurrency, calls))))
    return results


def answer(run):
    """`run(scenario, calls, first)` gives the results and how one is read."""
    print("ready", flush=True)
    for line in sys.stdin:
        scenario, calls, first = line.split()
        before, start = cpu(), time.perf_counter()
        results, read = run(scenario, int(calls), int(first))
        elapsed, used = (time.perf_counter() - start) * 1e6, cpu() - before
        print(f"{elapsed:.3f} {used:.3f} {signed(sum(read(result) for result in results))}", flush=True)
