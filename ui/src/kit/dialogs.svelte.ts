/** How many dialogs are open, whoever opened them. */
class Dialogs {
  open = $state(0);
}

export const dialogs = new Dialogs();
