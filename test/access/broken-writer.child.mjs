// Loaded before the API: what is answered to `{ datasets { name } }` cannot be written.
const { stringify } = JSON;
JSON.stringify = (value, ...more) => {
  if (value?.data?.datasets) throw new Error('a broken writer');
  return stringify(value, ...more);
};
