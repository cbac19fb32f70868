"""Who people are, where the page is read by several: a proxy that is trusted, or an issuer (OpenID Connect).

Law of the room: nobody is believed to be somebody before what says so was checked, and what they may do is said by the
repository alone (`access` in `environment.yaml`).
"""
