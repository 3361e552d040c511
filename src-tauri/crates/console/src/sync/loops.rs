//! Listings that go round in circles.

/// Notices that page tokens repeat, whatever the length of the circle, while remembering one token only.
///
/// A token always leads to the same next one, so a landmark that is moved ever more seldom is met again (Brent).
#[derive(Debug, Default)]
pub(super) struct Circle {
    landmark: Option<String>,
    steps: u64,
    reach: u64,
}

impl Circle {
    /// Takes the next token. Says whether the listing has been there before.
    pub(super) fn closes_with(&mut self, token: Option<&str>) -> bool {
        let Some(token) = token else { return false };
        if self.landmark.as_deref() == Some(token) {
            return true;
        }
        self.steps += 1;
        if self.steps >= self.reach {
            self.landmark = Some(token.to_owned());
            self.reach = self.reach.max(1) * 2;
            self.steps = 0;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Circle;

    /// Tokens of a listing that first goes straight on and then in a circle.
    fn notices(straight: u32, round: u32) -> bool {
        let mut circle = Circle::default();
        let token = |step: u32| if step < straight { step } else { straight + (step - straight) % round };
        (0..10 * (straight + round)).any(|step| circle.closes_with(Some(&token(step).to_string())))
    }

    #[test]
    fn circles_of_any_length_are_noticed_and_straight_listings_are_not() {
        for straight in [0, 1, 7, 100] {
            for round in [1, 2, 3, 50] {
                assert!(notices(straight, round), "{round} after {straight}");
            }
        }
        let mut circle = Circle::default();
        assert!(!(0..10_000).any(|step| circle.closes_with(Some(&step.to_string()))));
        assert!(!circle.closes_with(None));
    }
}
