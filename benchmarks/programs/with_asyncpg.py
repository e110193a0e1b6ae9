"""asyncpg by itself: prepared statements, its records, COPY for many rows."""
import asyncio

import asyncpg

from turns import (USERS, all_of, answer, id_of, is_key, new_user, nothing, read_authors, read_members, read_texts, read_totals, read_user,
                   read_users, target)

at = target()
loop = asyncio.new_event_loop()
settings = {key: at[key] for key in ("host", "port", "user", "password", "database")}
settings.update(ssl=False, server_settings={"synchronous_commit": "off"})
COLUMNS = ["name", "email", "age", "score"]
INSERT = "INSERT INTO bench_users (name, email, age, score) VALUES ($1, $2, $3, $4) RETURNING id"
hundred = [new_user(index) for index in range(100)]


async def connect():
    if at["connections"] == 1:
        return await asyncpg.connect(**settings)
    return await asyncpg.create_pool(min_size=at["connections"], max_size=at["connections"], **settings)


on = loop.run_until_complete(connect())
prepared = {}


async def statement(text):
    if text not in prepared:
        prepared[text] = await on.prepare(text)
    return prepared[text]


async def by_id(index):
    if at["connections"] > 1:
        return await on.fetchrow(f"{USERS} WHERE id = $1", id_of(index))
    return await (await statement(f"{USERS} WHERE id = $1")).fetchrow(id_of(index))


async def fetched(text, *values):
    return await (await statement(text)).fetch(*values)


async def column(_):
    return [row[0] for row in await fetched("SELECT email FROM bench_users")]


async def insert_one(index):
    return await (await statement(INSERT)).fetchval(*new_user(index))


async def read_modify_write(index):
    async with on.transaction():
        score = await (await statement("SELECT score FROM bench_users WHERE id = $1")).fetchval(id_of(index))
        await fetched("UPDATE bench_users SET score = $1 WHERE id = $2", score + 1, id_of(index))


async def insert_loop(_):
    async with on.transaction():
        for user in hundred:
            await (await statement(INSERT)).fetchval(*user)


def bulk(size):
    users = [new_user(index) for index in range(size)]
    return lambda _: on.copy_records_to_table("bench_users", records=users, columns=COLUMNS)


def grouped(authors, posts):
    lists = {key: [] for key, _ in authors}
    for author, *post in posts:
        lists[author].append(post)
    return [(key, name, lists[key]) for key, name in authors]


async def eager_select(_):
    authors = await fetched("SELECT id, name FROM bench_authors")
    keys = [author["id"] for author in authors]
    posts = await fetched("SELECT author_id, id, title, views FROM bench_posts WHERE author_id = ANY ($1::int[])", keys)
    return grouped(authors, posts)


async def eager_join(_):
    rows = await fetched("SELECT a.id, a.name, p.id, p.title, p.views FROM bench_authors a JOIN bench_posts p ON p.author_id = a.id")
    return grouped(list({row[0]: (row[0], row[1]) for row in rows}.values()), [(row[0], row[2], row[3], row[4]) for row in rows])


async def streamed(_):
    rows = []
    async with on.transaction():
        async for row in on.cursor(USERS, prefetch=1000):
            rows.append(row)
    return rows


TOTALS = "SELECT age, count(*), sum(score), avg(score) FROM bench_users GROUP BY age HAVING count(*) > 10 ORDER BY age"
MEMBERS = "SELECT id, name, email, age, is_active, created_at FROM bench_members"
calls_of = {
    "by-id": (by_id, read_user),
    "models": (lambda _: fetched(USERS), read_users),
    "tuples": (lambda _: fetched(USERS), read_users),
    "members": (lambda _: fetched(MEMBERS), read_members),
    "column": (column, read_texts),
    "insert-one": (insert_one, is_key),
    "read-modify-write": (read_modify_write, nothing),
    "update-one": (lambda index: fetched("UPDATE bench_users SET score = $1 WHERE id = $2", index % 100, id_of(index)), nothing),
    "delete-one": (lambda index: fetched("DELETE FROM bench_users WHERE id = $1", id_of(index)), nothing),
    "insert-loop": (insert_loop, nothing),
    "eager-select": (eager_select, read_authors),
    "eager-join": (eager_join, read_authors),
    "totals": (lambda _: fetched(TOTALS), read_totals),
    "stream": (streamed, read_users),
}


def run(scenario, calls, first):
    kind, _, number = scenario.rpartition("-")
    if kind == "bulk":
        calls_of.setdefault(scenario, (bulk(int(number)), nothing))
    call, read = calls_of["by-id" if kind == "concurrent" else scenario]
    return loop.run_until_complete(all_of(call, calls, first, int(number) if kind == "concurrent" else 1)), read


answer(run)
