// No validator: it is a service on the network, and would be sent the document.
SwaggerUIBundle({
  url: "/openapi.yaml",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
});
