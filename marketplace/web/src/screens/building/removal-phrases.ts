export const removalPhrases = {
  "deleteDialog.confirmButton": "Delete",
  "deleteDialog.warningText":
    "“%{requiredText}” stops working; its versions and history are deleted. This cannot be undone.",
} as const;
