/** Reading every value of a result, as whoever asked for it would. The numbers that come out are equal only when the results are. */
import type { AgeTotal, AuthorWithPosts, FeedPost, Member, User } from "./operations.ts";

const ofText = (text: string): number => text.length * 31 + text.charCodeAt(text.length - 1) + text.charCodeAt(text.length >> 1) * 7;

export const readUser = ({ id, name, email, age, score }: User): number =>
  (id * 7 + age * 3 + score * 2 + ofText(name) + ofText(email) * 5) | 0;

/** Independent of the order of rows: nobody was asked for one. */
export const readUsers = (users: readonly User[]): number => {
  let sum = 0;
  for (const user of users) sum = (sum + Math.imul(readUser(user), 2_654_435_761)) | 0;
  return sum;
};

export const readKeys = (rows: readonly { readonly id: number }[]): number => {
  let sum = 0;
  for (const { id } of rows) sum = (sum + id) | 0;
  return sum;
};

export const readMembers = (members: readonly Member[]): number => {
  let sum = 0;
  for (const { id, name, email, age, isActive, createdAt } of members) {
    const own = id * 7 + age * 3 + (isActive === true ? 1 : 0) + (createdAt.getTime() % 1_000_003) + ofText(name) + ofText(email) * 5;
    sum = (sum + Math.imul(own | 0, 2_654_435_761)) | 0;
  }
  return sum;
};

export const readTuples = (rows: readonly (readonly unknown[])[]): number => {
  let sum = 0;
  for (const [id, name, email, age, score] of rows as readonly [number, string, string, number, number][]) {
    sum = (sum + Math.imul((id * 7 + age * 3 + score * 2 + ofText(name) + ofText(email) * 5) | 0, 2_654_435_761)) | 0;
  }
  return sum;
};

export const readTexts = (texts: readonly string[]): number => {
  let sum = 0;
  for (const text of texts) sum = (sum + Math.imul(ofText(text), 2_654_435_761)) | 0;
  return sum;
};

export const readAuthors = (authors: readonly AuthorWithPosts[]): number => {
  let sum = 0;
  for (const { id, name, posts } of authors) {
    let own = id * 7 + ofText(name);
    for (const post of posts) own = (own + Math.imul(post.id * 3 + ofText(post.title) + post.views, 40_503)) | 0;
    sum = (sum + Math.imul(own, 2_654_435_761)) | 0;
  }
  return sum;
};

/** In order. */
export const readFeed = (posts: readonly FeedPost[]): number => {
  let sum = 0;
  for (const { id, title, views, author, tags } of posts) {
    let own = id + ofText(title) + views + ofText(author.name);
    for (const tag of tags) own += Math.imul(ofText(tag.name), 40_503);
    sum = (Math.imul(sum, 31) + own) | 0;
  }
  return sum;
};

/** In order; databases and drivers give sums as numbers or as text. */
export const readTotals = (totals: readonly AgeTotal[]): number => {
  let sum = 0;
  for (const { age, people, total, mean } of totals) {
    sum = (Math.imul(sum, 31) + age + Number(people) * 7 + Math.round(Number(total) * 10) + Math.round(Number(mean) * 100)) | 0;
  }
  return sum;
};

export const readDocuments = (
  documents: readonly { readonly data: { readonly n: number; readonly words: readonly string[] } }[],
): number => {
  let sum = 0;
  for (const { data } of documents) sum = (sum + data.n + ofText(data.words[0]!)) | 0;
  return sum;
};
