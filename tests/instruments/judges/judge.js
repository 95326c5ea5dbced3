// Reads a JSON list of resources on stdin; prints, for each, the errors of both validators.
const { Fhir } = require("fhir");
const JSONSchemaValidator = require("@asymmetrik/fhir-json-schema-validator");

const documents = JSON.parse(require("fs").readFileSync(0, "utf8"));
const rules = new Fhir();
const schema = new JSONSchemaValidator();
const found = documents.map((document) => ({
  fhir: rules
    .validate(document)
    .messages.filter((m) => m.severity === "error" || m.severity === "fatal")
    .map((m) => `${m.location}: ${m.message}`),
  schema: schema.validate(document).map((e) => `${e.dataPath}: ${e.message}`),
}));
console.log(JSON.stringify(found));
