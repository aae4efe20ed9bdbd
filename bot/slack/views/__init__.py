"""What people see in Slack. Pure: models in, Block Kit out, one file a surface.

So every surface can be judged without Slack, and no listener spells out a block or a sentence.
"""
