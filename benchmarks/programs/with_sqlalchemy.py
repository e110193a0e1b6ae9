"""SQLAlchemy's models: on PostgreSQL asynchronous, over asyncpg; on SQLite over Python's sqlite3. A session for each piece of work."""
import asyncio

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Integer, Text, create_engine, delete, event, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, selectinload

from turns import (all_of, answer, id_of, is_key, new_user, nothing, read_authors, read_members, read_texts, read_totals, read_user, read_users,
                   target)

at = target()
loop = asyncio.new_event_loop()
Base = declarative_base()


class User(Base):
    __tablename__ = "bench_users"
    id = Column(Integer, primary_key=True)
    name = Column(Text)
    email = Column(Text)
    age = Column(Integer)
    score = Column(Float)


class Member(Base):
    __tablename__ = "bench_members"
    id = Column(Integer, primary_key=True)
    name = Column(Text)
    email = Column(Text)
    age = Column(Integer)
    is_active = Column(Boolean)
    created_at = Column(DateTime(timezone=True))


class Post(Base):
    __tablename__ = "bench_posts"
    id = Column(Integer, primary_key=True)
    author_id = Column(ForeignKey("bench_authors.id"))
    title = Column(Text)
    views = Column(Integer)


class Author(Base):
    __tablename__ = "bench_authors"
    id = Column(Integer, primary_key=True)
    name = Column(Text)
    posts = relationship(Post)


is_postgres = at["kind"] == "postgres"
if is_postgres:
    address = "postgresql+asyncpg://{user}:{password}@{host}:{port}/{database}".format(**at)
    more = {"ssl": False, "server_settings": {"synchronous_commit": "off"}}
    engine = create_async_engine(address, pool_size=at["connections"], max_overflow=0, connect_args=more)
else:
    engine = create_engine(f"sqlite:///{at['path']}")

    @event.listens_for(engine, "connect")
    def set_pragmas(connection, _):
        for pragma in at["pragmas"]:
            connection.execute(pragma)


def made(index):
    name, email, age, score = new_user(index)
    return User(name=name, email=email, age=age, score=score)


def user_of(user):
    return (user.id, user.name, user.email, user.age, user.score)


def member_of(member):
    return (member.id, member.name, member.email, member.age, member.is_active, member.created_at)


def author_of(author):
    return (author.id, author.name, [(post.id, post.title, post.views) for post in author.posts])


def in_session(work):
    """The same work on either: `session` is a synchronous one, which on PostgreSQL stands in `run_sync`'s greenlet."""
    if not is_postgres:

        async def call(index):
            with Session(engine) as session:
                return work(session, index)

        return call

    async def call_async(index):
        async with AsyncSession(engine) as session:
            return await session.run_sync(work, index)

    return call_async


def list_of(query):
    return in_session(lambda session, _: session.execute(query).scalars().all())


def insert_one(session, index):
    user = made(index)
    session.add(user)
    session.commit()
    return user.id


def read_modify_write(session, index):
    session.get(User, id_of(index)).score += 1
    session.commit()


def insert_loop(session, _):
    for index in range(100):
        session.add(made(index))
        session.flush()
    session.commit()


def bulk(size):
    def insert_many(session, _):
        session.add_all([made(index) for index in range(size)])
        session.commit()

    return insert_many


def changed(statement):
    def change(session, index):
        session.execute(statement(index))
        session.commit()

    return in_session(change)


totals = (
    select(User.age, func.count(), func.sum(User.score), func.avg(User.score))
    .group_by(User.age)
    .having(func.count() > 10)
    .order_by(User.age)
)
calls_of = {
    "by-id": (in_session(lambda session, index: session.get(User, id_of(index))), lambda user: read_user(user_of(user))),
    "models": (list_of(select(User)), lambda users: read_users(map(user_of, users))),
    "members": (list_of(select(Member)), lambda members: read_members(map(member_of, members))),
    "tuples": (in_session(lambda session, _: session.execute(select(User.id, User.name, User.email, User.age, User.score)).all()), read_users),
    "column": (list_of(select(User.email)), read_texts),
    "insert-one": (in_session(insert_one), is_key),
    "read-modify-write": (in_session(read_modify_write), nothing),
    "update-one": (changed(lambda index: update(User).where(User.id == id_of(index)).values(score=index % 100)), nothing),
    "delete-one": (changed(lambda index: delete(User).where(User.id == id_of(index))), nothing),
    "insert-loop": (in_session(insert_loop), nothing),
    "eager-select": (list_of(select(Author).options(selectinload(Author.posts))), lambda authors: read_authors(map(author_of, authors))),
    "eager-join": (
        in_session(lambda session, _: session.execute(select(Author).options(joinedload(Author.posts))).unique().scalars().all()),
        lambda authors: read_authors(map(author_of, authors)),
    ),
    "totals": (in_session(lambda session, _: session.execute(totals).all()), read_totals),
    "stream": (
        in_session(lambda session, _: list(session.execute(select(User).execution_options(yield_per=1000)).scalars())),
        lambda users: read_users(map(user_of, users)),
    ),
}


def run(scenario, calls, first):
    kind, _, number = scenario.rpartition("-")
    if kind == "bulk":
        calls_of.setdefault(scenario, (in_session(bulk(int(number))), nothing))
    call, read = calls_of["by-id" if kind == "concurrent" else scenario]
    return loop.run_until_complete(all_of(call, calls, first, int(number) if kind == "concurrent" else 1)), read


answer(run)
