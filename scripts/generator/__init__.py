"""From upstream's OpenAPI document to `openapi/` and `generated/immichkit_api/`."""
